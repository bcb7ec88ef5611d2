import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { UserInfoResponse } from '../oidc/claims.js';
import { OidcClient } from '../oidc/oidc-client.js';
import type { SessionRecord } from '../store/session-record.js';
import { TokenRecords } from '../store/token-records.js';
import { TokenRefresh } from './token-refresh.js';
import { Tokens } from './tokens.js';

/** What the userinfo endpoint says of the request's user. */
@Injectable()
export class UserInfo {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly oidc: OidcClient,
    private readonly tokens: Tokens,
    private readonly refreshing: TokenRefresh,
    private readonly records: TokenRecords,
  ) {}

  /**
   * The answer of the userinfo endpoint, or one that is not older than `userInfoTtl`. An access token that is
   * refused is replaced once.
   * @param fresh whether a kept answer will not do
   * @throws LogtoUnauthenticatedException when Logto has ended the sign-in
   * @throws LogtoException `user_info_invalid` when the answer is another user's, or a transient one
   */
  async fetch(request: Request, record: SessionRecord, fresh = false): Promise<UserInfoResponse> {
    const { userInfoTtl } = this.options;
    if (userInfoTtl > 0 && !fresh) {
      const kept = (await this.records.load(request.sessionStore, record.tokens))?.userInfo;
      if (kept && Date.now() - kept.at < userInfoTtl) return kept.claims;
    }
    const claims = await this.ask(request, record);
    if (userInfoTtl > 0) await this.keep(request, record, claims);
    return claims;
  }

  private async ask(request: Request, record: SessionRecord): Promise<UserInfoResponse> {
    const { sub } = record.claims;
    const { token } = await this.tokens.accessToken(request, {});
    try {
      return await this.oidc.userInfo(token, sub);
    } catch (error) {
      if (!isRefused(error)) throw error;
    }
    const renewed = await this.refreshing.accessToken(request, record, {}, token);
    try {
      return await this.oidc.userInfo(renewed.token, sub);
    } catch (error) {
      if (!isRefused(error)) throw error;
      // To ask for a sign-in would go round in circles: it brings just such a token.
      throw new LogtoException(
        'user_info_invalid',
        'The userinfo endpoint refuses a token that Logto has just given.',
        {
          status: 503,
          needsOperator: true,
          cause: error,
        },
      );
    }
  }

  private async keep(request: Request, record: SessionRecord, claims: UserInfoResponse): Promise<void> {
    const at = Date.now();
    await this.records
      .runExclusive(record.tokens, async () => {
        const tokens = await this.records.load(request.sessionStore, record.tokens);
        if (tokens) await this.records.save(request, record.tokens, { ...tokens, userInfo: { at, claims } });
      })
      // The answer is there: that it could not be kept costs the next one a request.
      .catch(() => undefined);
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof LogtoException && error.code === 'invalid_token';
}
