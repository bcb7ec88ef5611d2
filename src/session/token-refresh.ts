import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException, LogtoUnauthenticatedException } from '../logto.exceptions.js';
import type { ResolvedLogtoOptions } from '../logto.options-resolved.js';
import type { OidcClient, TokenTarget } from '../oidc/oidc-client.js';
import type { TokenSet } from '../oidc/token-set.js';
import { refreshedRecord, sameClaims } from './refreshed-claims.js';
import { Serial } from './serial.js';
import { endedRecord, isSignedIn, type SessionRecord } from './session-record.js';
import type { Sessions } from './sessions.js';
import {
  accessTokenKey,
  tokenRecordKey,
  withTokens,
  type StoredAccessToken,
  type TokenRecord,
} from './token-record.js';
import type { TokenRecords } from './token-records.js';

/** How long another instance is given to store the rotation that made this one's token invalid, in milliseconds. */
const adoptionDelays = [0, 100, 300, 600];

/**
 * Refresh grants: one at a time per sign-in, for each may rotate the refresh token; over all instances with a
 * `lock`. Without one, another instance's rotation is adopted.
 */
export class TokenRefresh {
  private readonly logger = new Logger('LogtoModule');
  private readonly serial = new Serial();
  private readonly underWay = new Map<string, Promise<StoredAccessToken | undefined>>();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly oidc: OidcClient,
    private readonly sessions: Sessions,
    private readonly records: TokenRecords,
  ) {}

  /** An access token by refresh grant; all who want the same one at once share it. */
  async accessToken(
    request: Request,
    record: SessionRecord,
    target: TokenTarget,
  ): Promise<StoredAccessToken> {
    const token = await this.shared(`${record.tokens} ${accessTokenKey(target)}`, () =>
      this.exclusively(record.tokens, async () => {
        const tokens = await this.records.load(request.sessionStore, record.tokens);
        const kept = tokens?.accessTokens[accessTokenKey(target)];
        // Somebody else may have refreshed it while this waited for its turn.
        if (kept && Date.now() < kept.refreshAt) return kept;
        return this.grant(request, record, target, tokens);
      }),
    );
    return token as StoredAccessToken;
  }

  /** New claims and a new access token, now. */
  async now(request: Request, record: SessionRecord): Promise<StoredAccessToken> {
    const renewed = await this.shared(`${record.tokens} now`, () =>
      this.exclusively(record.tokens, async () =>
        this.grant(request, record, {}, await this.records.load(request.sessionStore, record.tokens)),
      ),
    );
    // Shared with a look at the claims that found them renewed elsewhere: then the token is to be had as ever.
    return renewed ?? this.accessToken(request, record, {});
  }

  /** New claims, unless another instance has refreshed them since `record`. */
  async claims(request: Request, record: SessionRecord): Promise<void> {
    await this.shared(`${record.tokens} now`, () =>
      this.exclusively(record.tokens, async () => {
        if (await this.sessions.catchUp(request, record)) return undefined;
        return this.grant(request, record, {}, await this.records.load(request.sessionStore, record.tokens));
      }),
    );
  }

  /** Ends a sign-in that Logto has ended; the session and the app's own data in it stay. */
  async end(request: Request, record: SessionRecord): Promise<void> {
    await this.sessions.tombstones.mark(request.sessionStore, [record.tokens, tokenRecordKey(record.tokens)]);
    await this.sessions.replace(request, record, endedRecord(record));
    await this.records.delete(request.sessionStore, record.tokens);
  }

  /** Runs `fn` while no other refresh of the same sign-in runs. */
  exclusively<T>(id: string, fn: () => Promise<T>): Promise<T> {
    const { lock } = this.options;
    return this.serial.run(id, () => (lock ? lock.run(`logto-refresh-${id}`, fn) : fn()));
  }

  private shared(
    key: string,
    fn: () => Promise<StoredAccessToken | undefined>,
  ): Promise<StoredAccessToken | undefined> {
    const running = this.underWay.get(key);
    if (running) return running;
    const started = fn().finally(() => this.underWay.delete(key));
    this.underWay.set(key, started);
    return started;
  }

  private async grant(
    request: Request,
    record: SessionRecord,
    target: TokenTarget,
    tokens: TokenRecord | undefined,
  ): Promise<StoredAccessToken> {
    const refreshToken = tokens?.refreshToken;
    if (!tokens || refreshToken === undefined) return this.withoutRefreshToken(target, tokens);
    let answer: TokenSet;
    try {
      answer = await this.oidc.refresh(refreshToken, target);
    } catch (error) {
      if (!endsSignIn(error, target)) throw error;
      const rotated = await this.rotatedElsewhere(request, record, refreshToken);
      if (rotated) return this.grant(request, record, target, rotated);
      await this.end(request, record);
      throw new LogtoUnauthenticatedException({ cause: error });
    }
    if (answer.claims && answer.claims.sub !== record.claims.sub) {
      throw new LogtoException('id_token_invalid', "The refreshed ID token is another user's.", {
        status: 401,
      });
    }
    return this.keep(request, record, target, tokens, answer);
  }

  private async keep(
    request: Request,
    record: SessionRecord,
    target: TokenTarget,
    tokens: TokenRecord,
    answer: TokenSet,
  ): Promise<StoredAccessToken> {
    const store = request.sessionStore;
    // Read again: another instance may have added tokens, or the user may have signed out meanwhile.
    const latest = await this.records.load(store, record.tokens).catch(() => undefined);
    if (!latest && (await this.sessions.tombstones.has(store, record.tokens).catch(() => false))) {
      if (answer.refreshToken !== undefined) {
        await this.oidc.revoke(answer.refreshToken, 'refresh_token').catch(() => undefined);
      }
      throw new LogtoUnauthenticatedException();
    }
    const next = withTokens(latest ?? tokens, target, answer);
    try {
      await this.records.save(request, record.tokens, next);
      await this.updateClaims(request, record, answer);
    } catch (error) {
      this.logger.warn(`Refreshed tokens could not be stored, this process keeps them: ${String(error)}`);
    }
    return next.accessTokens[accessTokenKey(target)] as StoredAccessToken;
  }

  private async updateClaims(request: Request, record: SessionRecord, { claims }: TokenSet): Promise<void> {
    if (!claims) return;
    const known = this.sessions.refreshed.newest(record);
    const current = isSignedIn(known) ? known : record;
    const next = refreshedRecord(current, claims);
    const { revalidateAfter } = this.options;
    const due = revalidateAfter !== false && next.checkedAt - record.checkedAt > revalidateAfter / 2;
    if (due || !sameClaims(current.claims, next.claims)) await this.sessions.replace(request, record, next);
  }

  private async rotatedElsewhere(
    request: Request,
    record: SessionRecord,
    used: string,
  ): Promise<TokenRecord | undefined> {
    for (const wait of adoptionDelays) {
      await delay(wait);
      const latest = await this.records.load(request.sessionStore, record.tokens);
      if (!latest) return undefined;
      if (latest.refreshToken !== undefined && latest.refreshToken !== used) return latest;
    }
    return undefined;
  }

  private withoutRefreshToken(target: TokenTarget, tokens: TokenRecord | undefined): StoredAccessToken {
    const kept = tokens?.accessTokens[accessTokenKey(target)];
    if (kept && Date.now() < kept.expiresAt) return kept;
    const message =
      'There is no refresh token to get this access token with. Logto gives one for the scope `offline_access` ' +
      'and `prompt: "consent"`, the defaults.';
    // A new sign-in brings a token for userinfo, but none for a resource: to ask for one would go round in circles.
    if (target.resource === undefined && target.organizationId === undefined) {
      throw new LogtoUnauthenticatedException({ code: 'missing_refresh_token', message });
    }
    throw new LogtoException('missing_refresh_token', message);
  }
}

/** Whether a refusal means that the sign-in is over, rather than that this one token cannot be had. */
function endsSignIn(error: unknown, { resource, organizationId }: TokenTarget): boolean {
  if (!(error instanceof LogtoException) || error.transient) return false;
  if (error.code === 'invalid_grant') return true;
  return error.code === 'access_denied' && resource === undefined && organizationId === undefined;
}
