import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { hasCode, LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { UserInfoResponse } from '../oidc/claims.js';
import { OidcClient } from '../oidc/oidc-client.js';
import type { SessionRecord } from '../store/session-record.js';
import { TokenRecords } from '../store/token-records.js';
import { TokenRefresh } from './token-refresh.js';
import { Tokens } from './tokens.js';

/** The claims of the userinfo endpoint. */
@Injectable()
export class UserInfo {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly oidc: OidcClient,
    private readonly tokens: Tokens,
    private readonly tokenRefresh: TokenRefresh,
    private readonly records: TokenRecords,
  ) {}

  /**
   * Fetches the claims, or returns stored ones that are not older than `userInfoTtl`. If the access token is rejected, it
   * is replaced once.
   * @param fresh whether to ignore stored claims
   * @throws LogtoUnauthenticatedException when Logto has ended the sign-in
   * @throws LogtoException `user_info_invalid` when the response is another user's, or a transient one
   */
  async fetch(request: Request, record: SessionRecord, fresh = false): Promise<UserInfoResponse> {
    const { userInfoTtl } = this.options;
    if (userInfoTtl > 0 && !fresh) {
      const stored = (await this.records.load(request.sessionStore, record.tokenRecordId))?.userInfo;
      if (stored && Date.now() - stored.at < userInfoTtl) return stored.claims;
    }
    const claims = await this.request(request, record);
    if (userInfoTtl > 0) await this.store(request, record, claims);
    return claims;
  }

  private async request(request: Request, record: SessionRecord): Promise<UserInfoResponse> {
    const { sub } = record.claims;
    const { token } = await this.tokens.accessToken(request, {});
    try {
      return await this.oidc.userInfo(token, sub);
    } catch (error) {
      if (!hasCode(error, 'invalid_token')) throw error;
    }
    const renewed = await this.tokenRefresh.accessToken(request, record, {}, token);
    try {
      return await this.oidc.userInfo(renewed.token, sub);
    } catch (error) {
      if (!hasCode(error, 'invalid_token')) throw error;
      // Not a 401: a new sign-in would return such a token again, and the result would be a redirect loop.
      throw new LogtoException(
        'user_info_invalid',
        'The userinfo endpoint rejects a token that Logto has just issued.',
        { status: 503, needsOperator: true, cause: error },
      );
    }
  }

  private async store(request: Request, record: SessionRecord, claims: UserInfoResponse): Promise<void> {
    const at = Date.now();
    await this.records
      .runExclusive(record.tokenRecordId, async () => {
        const tokens = await this.records.load(request.sessionStore, record.tokenRecordId);
        if (tokens)
          await this.records.save(request, record.tokenRecordId, { ...tokens, userInfo: { at, claims } });
      })
      // The caller gets the claims anyway. The next request fetches them again.
      .catch(() => undefined);
  }
}
