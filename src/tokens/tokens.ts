import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { publishTokenLookup } from '../events/publish.js';
import { LogtoException, LogtoUnauthenticatedException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { CircuitBreaker } from '../oidc/calls/circuit-breaker.js';
import { UserScope } from '../options/logto-constants.js';
import type { TokenTarget } from '../oidc/token-target.js';
import type { SessionRecord } from '../store/session-record.js';
import { Sessions } from '../session/sessions.js';
import { accessTokenKey, type StoredAccessToken, type TokenRecord } from '../store/token-record.js';
import { TokenRecords } from '../store/token-records.js';
import { TokenRefresh } from './token-refresh.js';

/** The tokens of the request's user. */
@Injectable()
export class Tokens {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly sessions: Sessions,
    private readonly records: TokenRecords,
    private readonly tokenRefresh: TokenRefresh,
    private readonly breaker: CircuitBreaker,
  ) {}

  /**
   * An access token that is not about to expire: the stored one, or a new one by the refresh grant.
   * @throws LogtoUnauthenticatedException when the request is anonymous or Logto has ended the sign-in
   * @throws LogtoException `missing_scope_organizations`, `missing_refresh_token`, Logto's own error, or a
   * transient one
   */
  async accessToken(request: Request, target: TokenTarget): Promise<StoredAccessToken> {
    if (target.organizationId !== undefined) this.assertOrganizationsScope();
    const record = this.requireSignedIn(request);
    const tokens = await this.records.load(request.sessionStore, record.tokenRecordId);
    const stored = tokens?.accessTokens[accessTokenKey(target)];
    const isHit = stored !== undefined && Date.now() < stored.refreshAt;
    publishTokenLookup('access-token', isHit);
    if (isHit) return stored;
    const refresh = (): Promise<StoredAccessToken> => this.tokenRefresh.accessToken(request, record, target);
    if (!stored || Date.now() >= stored.expiresAt) return refresh();
    return this.breaker.renew('refresh', stored, refresh, { expiring: true });
  }

  /**
   * Gets a new access token in place of one that is too old.
   * @throws LogtoException as {@link accessToken}
   */
  renewAccessToken(request: Request, target: TokenTarget, old: string): Promise<StoredAccessToken> {
    return this.tokenRefresh.accessToken(request, this.requireSignedIn(request), target, old);
  }

  /** Refreshes claims and tokens now. */
  async refresh(request: Request): Promise<void> {
    await this.tokenRefresh.refreshAll(request, this.requireSignedIn(request));
  }

  /** The latest ID token. @throws LogtoUnauthenticatedException when the request is anonymous */
  async idToken(request: Request): Promise<string | undefined> {
    return (await this.storedTokens(request))?.idToken;
  }

  /** The refresh token. @throws LogtoUnauthenticatedException when the request is anonymous */
  async refreshToken(request: Request): Promise<string | undefined> {
    return (await this.storedTokens(request))?.refreshToken;
  }

  /** Deletes the access tokens; the next use requests new ones. */
  async clearAccessTokens(request: Request): Promise<void> {
    const record = this.requireSignedIn(request);
    await this.records.runExclusive(record.tokenRecordId, async () => {
      const tokens = await this.records.load(request.sessionStore, record.tokenRecordId);
      if (tokens)
        await this.records.save(request, record.tokenRecordId, {
          ...tokens,
          accessTokens: {},
          userInfo: undefined,
        });
    });
  }

  /** Deletes all tokens: the user is no longer signed in, the app's own session data stays. */
  async clearAll(request: Request): Promise<void> {
    await this.tokenRefresh.end(request, this.requireSignedIn(request));
  }

  private async storedTokens(request: Request): Promise<TokenRecord | undefined> {
    return this.records.load(request.sessionStore, this.requireSignedIn(request).tokenRecordId);
  }

  /** The session's sign-in. @throws LogtoUnauthenticatedException when the request is anonymous */
  requireSignedIn(request: Request): SessionRecord {
    this.sessions.require(request);
    const record = this.sessions.record(request);
    if (!record) throw new LogtoUnauthenticatedException();
    return record;
  }

  /** Asserts that the app requests the scope of organizations. @throws LogtoException `missing_scope_organizations` */
  assertOrganizationsScope(): void {
    if (this.options.scopes.includes(UserScope.Organizations)) return;
    throw new LogtoException(
      'missing_scope_organizations',
      `Tokens of organizations need the scope \`${UserScope.Organizations}\`. Add it to \`scopes\` in the options.`,
    );
  }
}
