import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { OperatorLog } from '../operator-log.js';
import { CircuitBreaker } from '../oidc/circuit-breaker.js';
import { Cooldown } from './cooldown.js';
import type { SessionRecord } from '../store/session-record.js';
import { TokenRefresh } from './token-refresh.js';

/**
 * Keeps claims from growing old: Logto tells no client when it suspends, deletes or demotes a user; a refresh
 * finds out.
 */
@Injectable()
export class Revalidation {
  private readonly cooldown = new Cooldown();
  /** Requests whose claims are refreshed once they are answered. */
  private readonly scheduled = new WeakSet<Request>();
  private readonly skipped = new WeakSet<Request>();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly refreshing: TokenRefresh,
    private readonly breaker: CircuitBreaker,
    private readonly log: OperatorLog,
  ) {}

  /** Whether the claims are too old to decide anything. */
  isDue(record: SessionRecord): boolean {
    const { revalidateAfter } = this.options;
    if (revalidateAfter === false) return false;
    return Date.now() - record.checkedAt > revalidateAfter && this.cooldown.isOver(record.tokens);
  }

  /** Refreshes the claims. While Logto fails the old ones go on deciding; a refusal ends the sign-in. */
  async run(request: Request, record: SessionRecord): Promise<void> {
    try {
      const refreshed = await this.breaker.unlessOpen('refresh', () =>
        this.refreshing.claims(request, record),
      );
      if (refreshed !== false) return;
    } catch (error) {
      if (!(error instanceof LogtoException)) throw error;
      // Ended: what the session holds now says so.
      if (error.code === 'not_authenticated') return;
      // The request goes on, so the log is the only place for it. An app may do without refresh tokens.
      this.log.exception(error, error.code === 'missing_refresh_token' ? 'debug' : 'warn');
    }
    // Anything else leaves the old claims in force, for a while.
    this.cooldown.start(record.tokens);
  }

  /**
   * Refreshes the claims once the request is answered: it has only shown them, so it does not wait.
   * @param current the request's sign-in as it is by then
   */
  runAfterwards(request: Request, current: () => SessionRecord | undefined): void {
    if (this.scheduled.has(request)) return;
    this.scheduled.add(request);
    const refresh = (): void => {
      if (this.skipped.has(request)) return;
      const record = current();
      // The request is answered, so there is nobody to report a failure to.
      if (record && this.isDue(record)) this.run(request, record).catch(() => undefined);
    };
    // A message of a socket has no answer of its own.
    if (request.res) request.res.once('finish', refresh);
    else refresh();
  }

  /** Leaves the claims as they are after this request: its user is about to sign in anew. */
  skip(request: Request): void {
    this.skipped.add(request);
  }
}
