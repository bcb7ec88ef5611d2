import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { LogtoException } from '../logto.exceptions.js';
import type { SessionRecord } from '../store/session-record.js';
import { Sessions } from '../session/sessions.js';
import { Revalidation } from '../tokens/revalidation.js';
import { TokenRecords } from '../store/token-records.js';
import { Tokens } from '../tokens/tokens.js';
import { UserInfo } from '../tokens/user-info.js';
import type { IdTokenClaims, UserInfoResponse } from '../oidc/claims.js';
import type { LogtoContext } from './logto-context.js';
import type { GetContextParameters } from '../options/get-context-parameters.js';
import { cloneJson } from './clone-json.js';
import { asksForMore } from './with-logto.options.js';

/** What one request has found out about its user. */
interface RequestState {
  /** Whether a bearer token said it, and not the session. */
  adopted?: boolean;
  /** Whether every guard has let it pass. */
  handled: boolean;
  record: SessionRecord | undefined;
  context: LogtoContext;
  userInfo?: Promise<UserInfoResponse>;
  extended?: Map<string, Promise<LogtoContext>>;
}

/** Where it is kept: each app that a request goes through has its own. */
interface Carrier {
  [state: symbol]: RequestState | undefined;
}

/**
 * Says who a request's user is: for guards, the interceptor, `@AuthUser()`, `req.user` and `LogtoService`
 * alike. What a request has found out once it does not look up again.
 */
@Injectable()
export class UserContextResolver {
  /** On the requests: a weak map of what is young costs each collection of the garbage. */
  private readonly state = Symbol('nestjs-logto.user');

  private readonly keepsRecordsAlive: boolean;

  constructor(
    private readonly sessions: Sessions,
    private readonly revalidation: Revalidation,
    private readonly tokens: Tokens,
    private readonly userInfo: UserInfo,
    private readonly records: TokenRecords,
    options: ResolvedLogtoOptions,
  ) {
    this.keepsRecordsAlive = !touchesAsItLoads(options);
  }

  /** Takes a bearer token's word for who the user is, whatever session came with the request. */
  adopt(request: Request, context: LogtoContext): void {
    this.sessions.disregard(request);
    const handled = this.isHandled(request);
    this.remember(request, { adopted: true, handled, record: undefined, context });
  }

  /** Whether a bearer token has said who the user is. */
  isAdopted(request: Request): boolean {
    return this.foundOut(request)?.adopted === true;
  }

  /** Tells that every guard has let a request pass, and its handler runs next. */
  markHandled(request: Request): void {
    this.stateOf(request).handled = true;
  }

  /** Whether every guard has let a request pass. */
  isHandled(request: Request): boolean {
    return this.foundOut(request)?.handled === true;
  }

  /** The context that the session alone tells, at once. Claims that have grown old are refreshed after the request. */
  known(request: Request): LogtoContext {
    const { record, context } = this.stateOf(request);
    if (record && this.revalidation.isDue(record))
      this.revalidation.runAfterwards(request, () => this.sessions.record(request));
    return context;
  }

  /** Leaves old claims as they are after this request: its user is about to sign in anew. */
  skipRefresh(request: Request): void {
    this.revalidation.skip(request);
  }

  /**
   * The context, with claims that are fresh enough to decide by and whatever else is asked for.
   */
  async resolve(request: Request, asked: GetContextParameters): Promise<LogtoContext> {
    const { record } = this.stateOf(request);
    if (record && this.revalidation.isDue(record)) await this.revalidation.run(request, record);
    return this.extended(request, asked);
  }

  /**
   * The context with whatever else is asked for, and claims as they are known.
   */
  async extended(request: Request, asked: GetContextParameters): Promise<LogtoContext> {
    const context = this.known(request);
    if (!asksForMore(asked)) return context;
    const found = this.stateOf(request);
    if (found.record) return this.extendedOnce(request, found, asked);
    // With the store down nobody can tell whether somebody is there for whom there is something to fetch.
    if (!found.adopted) this.sessions.assertReadable(request);
    return context;
  }

  /**
   * What the userinfo endpoint says; asked once a request.
   * @param fresh whether an answer that was kept for `userInfoTtl` will not do
   */
  async fetchUserInfo(request: Request, fresh = false): Promise<UserInfoResponse> {
    const found = this.stateOf(request);
    if (!found.userInfo || fresh) {
      const asked = this.userInfo.fetch(request, this.tokens.requireSignedIn(request), fresh);
      found.userInfo = asked;
      // A failure is not the answer: whoever asks again asks anew.
      asked.catch(() => delete found.userInfo);
    }
    return found.userInfo;
  }

  private extendedOnce(
    request: Request,
    found: RequestState,
    asked: GetContextParameters,
  ): Promise<LogtoContext> {
    const key = JSON.stringify([
      asked.fetchUserInfo,
      asked.getAccessToken,
      asked.resource,
      asked.organizationId,
      asked.getOrganizationToken,
    ]);
    found.extended ??= new Map();
    let context = found.extended.get(key);
    if (!context) {
      context = this.extend(request, asked);
      found.extended.set(key, context);
      context.catch(() => found.extended?.delete(key));
    }
    return context;
  }

  private async extend(request: Request, asked: GetContextParameters): Promise<LogtoContext> {
    const userInfo = asked.fetchUserInfo ? await this.fetchUserInfo(request) : undefined;
    const accessToken = asked.getAccessToken
      ? await this.tokens.accessToken(request, {
          resource: asked.resource,
          organizationId: asked.organizationId,
        })
      : undefined;
    const organizationTokens = asked.getOrganizationToken
      ? await this.organizationTokens(request, userInfo)
      : undefined;
    // A refresh on the way may have brought newer claims.
    const { context } = this.stateOf(request);
    return {
      ...context,
      ...(userInfo && { userInfo }),
      ...(accessToken && { accessToken: accessToken.token, scopes: [...accessToken.scopes] }),
      ...(organizationTokens && { organizationTokens }),
    };
  }

  /** Tokens of all the user's organizations, wherever the tenant tells which those are. */
  private async organizationTokens(
    request: Request,
    userInfo: UserInfoResponse | undefined,
  ): Promise<Record<string, string>> {
    this.tokens.assertOrganizationsScope();
    const told = this.known(request).claims?.organizations;
    const organizations = told ?? (userInfo ?? (await this.fetchUserInfo(request))).organizations ?? [];
    const tokens: Record<string, string> = {};
    for (const organizationId of organizations) {
      // One after the other: each refresh may rotate the refresh token.
      const token = await this.tokens.accessToken(request, { organizationId }).catch(noLongerMember);
      if (token) tokens[organizationId] = token.token;
    }
    return tokens;
  }

  private stateOf(request: Request): RequestState {
    const found = this.foundOut(request);
    if (found?.adopted) return found;
    const signedIn = this.sessions.record(request);
    const record = signedIn && this.sessions.recordActivity(request, signedIn);
    if (found && found.record === record) return found;
    if (record && this.keepsRecordsAlive) this.records.keepAlive(request, record);
    const fresh = { handled: found?.handled === true, record, context: contextOf(record?.claims) };
    this.remember(request, fresh);
    return fresh;
  }

  /** Or what the request has that it inherits from, as that of one GraphQL field does: until it has its own. */
  private foundOut(request: object): RequestState | undefined {
    return (request as Carrier)[this.state];
  }

  private remember(request: object, found: RequestState): void {
    (request as Carrier)[this.state] = found;
  }
}

function contextOf(claims: IdTokenClaims | undefined): LogtoContext {
  return claims ? { isAuthenticated: true, claims: cloneJson(claims) } : { isAuthenticated: false };
}

/** Logto denies the token of an organization that the user has left since the claims were told. */
function noLongerMember(error: unknown): undefined {
  if (error instanceof LogtoException && error.code === 'access_denied') return undefined;
  throw error;
}

/** Whether the module's store touches the token record of a session as it loads the session. */
function touchesAsItLoads({ session }: ResolvedLogtoOptions): boolean {
  return session !== undefined && (session.store === undefined || session.store.touch !== undefined);
}
