import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { trace } from '../events/trace.js';
import { LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { OperatorLog } from '../operator-log.js';
import { CircuitBreaker } from '../oidc/calls/circuit-breaker.js';
import { Cooldown } from './cooldown.js';
import type { SessionRecord } from '../store/session-record.js';
import { TokenRefresh } from './token-refresh.js';

/** How much earlier claims are refreshed at most, as a share of `revalidateAfter`. */
const jitter = 0.1;

/**
 * Refreshes claims that are older than `revalidateAfter`: Logto sends no back-channel logout when an administrator suspends
 * a user or changes roles, but a refresh shows it.
 */
@Injectable()
export class Revalidation {
  private readonly cooldown = new Cooldown();
  /** Requests that refresh their claims after the response. */
  private readonly scheduled = new WeakSet<Request>();
  private readonly skipped = new WeakSet<Request>();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly tokenRefresh: TokenRefresh,
    private readonly breaker: CircuitBreaker,
    private readonly log: OperatorLog,
  ) {}

  /** Whether the claims, or the app's own user, are too old for an authorization decision. */
  isDue(record: SessionRecord): boolean {
    const { revalidateAfter } = this.options;
    const isOutdated =
      record.outdatedSince !== undefined ||
      (revalidateAfter !== false && (record.isLocalUserStale || areOutdated(record, revalidateAfter)));
    return isOutdated && this.cooldown.isOver(record.tokenRecordId);
  }

  /**
   * Refreshes the claims. If Logto is unavailable, the old claims stay valid. If Logto has ended the sign-in, it ends here;
   * other errors are logged.
   */
  async run(request: Request, record: SessionRecord): Promise<void> {
    try {
      const refreshed = await trace(
        'nestjs-logto:revalidate',
        () => ({ sub: record.claims.sub, sid: record.sid }),
        async (event) => {
          const isRefreshed = await this.breaker.runUnlessOpen('refresh', () =>
            this.tokenRefresh.refreshClaims(request, record),
          );
          if (event) event.isRefreshed = isRefreshed === true;
          return isRefreshed;
        },
      );
      // `undefined` if the circuit is open: the breaker decides when the next attempt is due.
      if (refreshed !== false) return;
    } catch (error) {
      if (!(error instanceof LogtoException)) throw error;
      // The sign-in has ended, and the session's record says so.
      if (error.code === 'not_authenticated') return;
      // Only logged, because the request continues. An app may work without refresh tokens.
      this.log.exception(error, error.code === 'missing_refresh_token' ? 'debug' : 'warn');
    }
    // The old claims stay valid; the next attempt is after the cooldown.
    this.cooldown.start(record.tokenRecordId);
  }

  /**
   * Refreshes the claims after the response: a request that only displays them does not wait.
   * @param current returns the request's sign-in at that time
   */
  runAfterwards(request: Request, current: () => SessionRecord | undefined): void {
    if (this.scheduled.has(request)) return;
    this.scheduled.add(request);
    const refresh = (): void => {
      if (this.skipped.has(request)) return;
      const record = current();
      // The response is finished, so there is no way to report the error.
      if (record && this.isDue(record)) this.run(request, record).catch(() => undefined);
    };
    // A message of a socket has no response.
    if (request.res) request.res.once('finish', refresh);
    else refresh();
  }

  /** Prevents the refresh after this request, because its user is about to sign in again. */
  skip(request: Request): void {
    this.skipped.add(request);
  }
}

/**
 * Whether claims are older than `revalidateAfter`, or a little younger. How much younger depends on the random ID of the
 * token record: otherwise the sessions of users who signed in at the same moment would all be refreshed at the same moment.
 */
function areOutdated({ checkedAt, tokenRecordId }: SessionRecord, revalidateAfter: number): boolean {
  const age = Date.now() - checkedAt;
  if (age <= revalidateAfter * (1 - jitter)) return false;
  const random = Buffer.from(tokenRecordId.slice(0, 4), 'base64url').readUIntBE(0, 3) / 2 ** 24;
  return age > revalidateAfter * (1 - jitter * random);
}
