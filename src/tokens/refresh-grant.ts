import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { hasCode, isTransient, LogtoException, LogtoUnauthenticatedException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { OidcClient } from '../oidc/oidc-client.js';
import type { TokenTarget } from '../oidc/token-target.js';
import type { TokenSet } from '../oidc/token-set.js';
import { Hooks } from '../hooks/hooks.js';
import type { LogtoSignOutReason } from '../events/logto-sign-out-reason.js';
import { RefreshedTokens } from './refreshed-tokens.js';
import type { SignInRefresh } from './sign-in-refresh.js';
import { endedRecord } from '../store/session-record.js';
import { Sessions } from '../session/sessions.js';
import {
  accessTokenKey,
  tokenRecordKey,
  type StoredAccessToken,
  type TokenRecord,
} from '../store/token-record.js';
import { TokenRecords } from '../store/token-records.js';
import { Tombstones } from '../store/tombstones.js';

/** How long to wait until the instance that has rotated the refresh token has stored the new one, in milliseconds. */
const rotationDelays = [0, 100, 300, 600];

/** How many times a refresh is retried with a refresh token that another instance has stored. */
const maxRetries = 3;

/** Runs a refresh grant (RFC 6749 section 6), stores its tokens, and handles the failures of both. */
@Injectable()
export class RefreshGrant {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly oidc: OidcClient,
    private readonly sessions: Sessions,
    private readonly records: TokenRecords,
    private readonly tombstones: Tombstones,
    private readonly refreshedTokens: RefreshedTokens,
    private readonly hooks: Hooks,
  ) {}

  /**
   * Refreshes the tokens, stores them and returns the access token.
   * @param tokens the stored tokens, read under the mutex of the sign-in
   * @throws LogtoUnauthenticatedException when Logto or the user has ended the sign-in
   * @throws LogtoException `missing_refresh_token`, `id_token_invalid`, Logto's own error, or a transient one
   */
  async run(
    refresh: SignInRefresh,
    tokens: TokenRecord | undefined,
    retries = 0,
  ): Promise<StoredAccessToken> {
    if (!tokens) return this.endAndThrow(refresh, 'provider');
    if (tokens.refreshToken === undefined) return withoutRefreshToken(refresh, tokens);
    const { request, record, target } = refresh;
    const requestedAt = Date.now();
    let response: TokenSet;
    try {
      response = await this.oidc.refresh(tokens.refreshToken, target, async (refreshToken) => {
        // Even if the response is invalid: without the rotated token, the next refresh would end the sign-in.
        await this.records
          .save(request, record.tokenRecordId, { ...tokens, refreshToken })
          .catch(() => undefined);
      });
    } catch (error) {
      return this.afterFailure(refresh, tokens, error, retries);
    }
    if (response.claims && response.claims.sub !== record.claims.sub) {
      throw new LogtoException('id_token_invalid', "The refreshed ID token is another user's.", {
        status: 401,
        needsOperator: true,
      });
    }
    try {
      return await this.refreshedTokens.store(refresh, tokens, { ...response, requestedAt });
    } catch (error) {
      if (!hasCode(error, 'user_not_allowed')) throw error;
      return this.endAndThrow(refresh, 'revoked', error);
    }
  }

  /** Ends the sign-in. The session and the app's own data in it stay. */
  async end(
    { request, record, afterwards }: Omit<SignInRefresh, 'target'>,
    reason: LogtoSignOutReason,
  ): Promise<void> {
    const { tokenRecordId, claims, sid } = record;
    await this.tombstones.mark(request.sessionStore, [tokenRecordId, tokenRecordKey(tokenRecordId)]);
    await this.sessions.replace(request, record, endedRecord(record));
    this.sessions.markEnded(request);
    afterwards.push(() => this.hooks.signOut(tokenRecordId, { sub: claims.sub, sid, reason, request }));
    await this.records.delete(request.sessionStore, tokenRecordId);
  }

  /** Retries if another instance has rotated the refresh token. Ends the sign-in if Logto has ended it. */
  private async afterFailure(
    refresh: SignInRefresh,
    tokens: TokenRecord,
    error: unknown,
    retries: number,
  ): Promise<StoredAccessToken> {
    const { request, record, target, afterwards } = refresh;
    if (!endsSignIn(error, target)) {
      const again = { request, record, target: {}, afterwards };
      if (mayHaveRotated(error)) await this.run(again, tokens).catch(() => undefined);
      throw error;
    }
    const rotated = await this.findRotation(refresh, tokens.refreshToken);
    if (!rotated || retries === maxRetries) return this.endAndThrow(refresh, 'provider', error);
    const key = accessTokenKey(target);
    const found = rotated.accessTokens[key];
    const isNew = found && found.token !== tokens.accessTokens[key]?.token;
    if (!refresh.replaceAll && isNew && Date.now() < found.refreshAt) return found;
    return this.run(refresh, rotated, retries + 1);
  }

  private async endAndThrow(
    refresh: SignInRefresh,
    reason: LogtoSignOutReason,
    cause?: unknown,
  ): Promise<never> {
    await this.end(refresh, reason);
    throw new LogtoUnauthenticatedException({ cause });
  }

  /** The stored tokens once another instance has rotated the refresh token; `undefined` if none has. */
  private async findRotation(
    { request, record }: SignInRefresh,
    used: string | undefined,
  ): Promise<TokenRecord | undefined> {
    // With a lock, no other instance is about to store anything.
    for (const wait of this.options.lock ? [0] : rotationDelays) {
      await delay(wait);
      const latest = await this.records.load(request.sessionStore, record.tokenRecordId);
      if (!latest) return undefined;
      if (latest.refreshToken !== undefined && latest.refreshToken !== used) return latest;
    }
    return undefined;
  }
}

function withoutRefreshToken(
  { target, rejected }: SignInRefresh,
  { accessTokens }: TokenRecord,
): StoredAccessToken {
  const stored = accessTokens[accessTokenKey(target)];
  if (stored && stored.token !== rejected && Date.now() < stored.expiresAt) return stored;
  const message =
    'There is no refresh token to get this access token with. Logto issues one for the scope `offline_access` ' +
    'and `prompt: "consent"`, the defaults.';
  // A new sign-in returns a token for userinfo, but none for a resource: a 401 would cause a redirect loop.
  if (target.resource === undefined && target.organizationId === undefined) {
    throw new LogtoUnauthenticatedException({
      code: 'missing_refresh_token',
      message,
      publicMessage: 'Your sign-in has ended. Sign in again.',
    });
  }
  throw new LogtoException('missing_refresh_token', message);
}

/**
 * Whether Logto may have rotated the refresh token although it rejected the request: it rotates before it checks the
 * resource. A second refresh gets the new token as long as Logto still accepts the old one.
 */
function mayHaveRotated(error: unknown): boolean {
  return hasCode(error, 'invalid_target');
}

/** Whether an error ends the sign-in, rather than only this request for a token. */
function endsSignIn(error: unknown, { resource, organizationId }: TokenTarget): boolean {
  if (isTransient(error)) return false;
  if (hasCode(error, 'invalid_grant')) return true;
  return hasCode(error, 'access_denied') && resource === undefined && organizationId === undefined;
}
