import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { hasCode, LogtoUnauthenticatedException } from '../logto.exceptions.js';
import type { UserInfoResponse } from '../oidc/claims.js';
import type { GetContextParameters } from '../options/get-context-parameters.js';
import { Sessions } from '../session/sessions.js';
import { Tokens } from '../tokens/tokens.js';
import { UserInfo } from '../tokens/user-info.js';
import { CurrentUser } from './current-user.js';
import type { LogtoContext } from './logto-context.js';

/** Adds tokens and user info to the context of a request's user. Each is fetched once per request. */
@Injectable()
export class UserContextResolver {
  constructor(
    private readonly currentUser: CurrentUser,
    private readonly sessions: Sessions,
    private readonly tokens: Tokens,
    private readonly userInfo: UserInfo,
  ) {}

  /** The context with what is requested, after a refresh of claims that are older than `revalidateAfter`. */
  async resolveFresh(request: Request, parameters: GetContextParameters): Promise<LogtoContext> {
    await this.currentUser.revalidate(request);
    return this.resolve(request, parameters);
  }

  /** The context with what is requested. Outdated claims are refreshed after the response. */
  async resolve(request: Request, parameters: GetContextParameters): Promise<LogtoContext> {
    const context = this.currentUser.getContext(request);
    if (!fetchesAnything(parameters)) return context;
    const { record, isOverridden } = this.currentUser.stateOf(request);
    if (record) return this.resolveOnce(request, parameters);
    // While the store is down, a request without a record may still be a signed-in user's.
    if (!isOverridden) this.sessions.assertReadable(request);
    return context;
  }

  /**
   * The response of the userinfo endpoint.
   * @param fresh whether to ignore a response that is kept for `userInfoTtl`, or for this request
   */
  async fetchUserInfo(request: Request, fresh = false): Promise<UserInfoResponse> {
    const state = this.currentUser.stateOf(request);
    if (!state.userInfo || fresh) {
      const response = this.userInfo.fetch(request, this.tokens.requireSignedIn(request), fresh);
      state.userInfo = response;
      // Only a success is reused.
      response.catch(() => delete state.userInfo);
    }
    return state.userInfo;
  }

  private resolveOnce(request: Request, parameters: GetContextParameters): Promise<LogtoContext> {
    const { fetchUserInfo, getAccessToken, resource, organizationId, getOrganizationToken } = parameters;
    const key = JSON.stringify([
      fetchUserInfo,
      getAccessToken,
      resource,
      organizationId,
      getOrganizationToken,
    ]);
    const state = this.currentUser.stateOf(request);
    const contexts = (state.contexts ??= new Map<string, Promise<LogtoContext>>());
    let context = contexts.get(key);
    if (!context) {
      context = this.fetchContext(request, parameters);
      contexts.set(key, context);
      context.catch(() => contexts.delete(key));
    }
    return context;
  }

  private async fetchContext(
    request: Request,
    { fetchUserInfo, getAccessToken, resource, organizationId, getOrganizationToken }: GetContextParameters,
  ): Promise<LogtoContext> {
    const userInfo = fetchUserInfo ? await this.fetchUserInfo(request) : undefined;
    const accessToken = getAccessToken
      ? await this.tokens.accessToken(request, { resource, organizationId })
      : undefined;
    const organizationTokens = getOrganizationToken
      ? await this.organizationTokens(request, userInfo)
      : undefined;
    // In the meantime, a refresh may have brought newer claims, or the sign-in may have ended.
    const { context } = this.currentUser.stateOf(request);
    if (!context.isAuthenticated) throw new LogtoUnauthenticatedException();
    return {
      ...context,
      ...(userInfo && { userInfo }),
      ...(accessToken && { accessToken: accessToken.token, scopes: [...accessToken.scopes] }),
      ...(organizationTokens && { organizationTokens }),
    };
  }

  /** Tokens of all the user's organizations: the claims list them, or only userinfo does. */
  private async organizationTokens(
    request: Request,
    userInfo: UserInfoResponse | undefined,
  ): Promise<Record<string, string>> {
    this.tokens.assertOrganizationsScope();
    const inClaims = this.currentUser.getContext(request).claims?.organizations;
    const organizations = inClaims ?? (userInfo ?? (await this.fetchUserInfo(request))).organizations ?? [];
    const tokens: Record<string, string> = {};
    for (const organizationId of organizations) {
      // One after the other: each refresh may rotate the refresh token.
      const token = await this.tokens.accessToken(request, { organizationId }).catch(ignoreAccessDenied);
      if (token) tokens[organizationId] = token.token;
    }
    return tokens;
  }
}

/** Whether a context needs more than the session holds: something has to be fetched. */
export function fetchesAnything(parameters: GetContextParameters): boolean {
  return Boolean(parameters.fetchUserInfo || parameters.getAccessToken || parameters.getOrganizationToken);
}

/** Logto denies the token of an organization that the user has left since the claims were issued. */
function ignoreAccessDenied(error: unknown): undefined {
  if (hasCode(error, 'access_denied')) return undefined;
  throw error;
}
