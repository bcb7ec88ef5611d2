import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { LogtoSignOutTrace } from '../events/logto-traces.js';
import { trace } from '../events/trace.js';
import { Hooks } from '../hooks/hooks.js';
import { hasCode, LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { OperatorLog } from '../operator-log.js';
import { OidcClient } from '../oidc/oidc-client.js';
import { RedirectLoopDetector } from './redirect-loop-detector.js';
import { SessionEnd } from '../session/session-end.js';
import { Sessions } from '../session/sessions.js';
import type { SessionRecord } from '../store/session-record.js';
import { SignInIndex } from '../store/sign-in-index.js';
import { accessTokenKey, type TokenRecord } from '../store/token-record.js';
import { TokenRecords } from '../store/token-records.js';
import { messageOf } from '../message-of.js';

/** Parameters of a sign-out. */
export interface SignOutParameters {
  /** Whether to end only this app's session, and leave the user signed in at Logto. Default: `false`. */
  local?: boolean;
  /** Where the user ends up; must be registered at Logto. Default: `postSignOutRedirectUri` of the options. */
  postSignOutRedirectUri?: string;
}

/** Signs a user out: here first, then at Logto. */
@Injectable()
export class SignOut {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly oidc: OidcClient,
    private readonly sessions: Sessions,
    private readonly sessionEnd: SessionEnd,
    private readonly records: TokenRecords,
    private readonly index: SignInIndex,
    private readonly hooks: Hooks,
    private readonly redirectLoops: RedirectLoopDetector,
    private readonly log: OperatorLog,
  ) {}

  /**
   * Ends the session and its tokens. Revokes the refresh token if Logto can be reached, because it would outlive the
   * session at Logto.
   * @returns the URL to redirect the browser to: the end session endpoint, or `postSignOutRedirectUri` if Logto is
   * unavailable
   * @throws LogtoException `invalid_options` for a `postSignOutRedirectUri` that is not an absolute URL, and as
   * {@link SessionEnd.end}
   */
  start(request: Request, parameters: SignOutParameters = {}): Promise<URL> {
    return trace(
      'nestjs-logto:sign-out',
      () => this.eventOf(request),
      () => this.signOut(request, parameters),
    );
  }

  private eventOf(request: Request): LogtoSignOutTrace {
    const { claims, sid } = this.sessions.record(request) ?? {};
    return { trigger: 'user', sub: claims?.sub, sid };
  }

  private async signOut(
    request: Request,
    { local = false, postSignOutRedirectUri }: SignOutParameters,
  ): Promise<URL> {
    const home = postSignOutRedirectUri ?? this.options.postSignOutRedirectUri;
    assertAbsolute(home);
    const tokens = await this.endLocally(request);
    const isReachable = tokens === undefined || (await this.revoke(tokens));
    if (local || !isReachable) return new URL(home);
    try {
      return await this.oidc.endSessionUrl(home);
    } catch (error) {
      this.log.write('warn', `A user was signed out here, but not at Logto: ${messageOf(error)}`);
      return new URL(home);
    }
  }

  private async endLocally(request: Request): Promise<TokenRecord | undefined> {
    this.sessions.require(request);
    const store = request.sessionStore;
    const record = this.sessions.record(request);
    const tokens = record && (await this.records.load(store, record.tokenRecordId).catch(() => undefined));
    const lifetime = request.session.cookie.originalMaxAge;
    await this.sessionEnd.end(request);
    this.redirectLoops.reset(request);
    if (record) await this.forget(request, record, lifetime);
    return tokens;
  }

  /** Deletes what is left of a sign-in whose session has ended, and runs the hooks. */
  private async forget(request: Request, record: SessionRecord, lifetime: number | null): Promise<void> {
    const { sessionStore: store } = request;
    try {
      // An entry that stays behind does no harm: its session is gone.
      await this.index.remove(store, record, lifetime).catch(() => undefined);
      await this.records.delete(store, record.tokenRecordId);
    } finally {
      const { claims, sid, tokenRecordId } = record;
      await this.hooks.signOut(tokenRecordId, { sub: claims.sub, sid, reason: 'user', request });
    }
  }

  /** Revokes the tokens. @returns whether Logto could be reached */
  private async revoke(tokens: TokenRecord): Promise<boolean> {
    const accessToken = tokens.accessTokens[accessTokenKey({})]?.token;
    try {
      if (tokens.refreshToken !== undefined) await this.oidc.revoke(tokens.refreshToken, 'refresh_token');
      else if (accessToken !== undefined) await this.oidc.revoke(accessToken, 'access_token');
      return true;
    } catch (error) {
      this.log.write('warn', `The tokens of a user who signed out were not revoked: ${messageOf(error)}`);
      return !hasCode(error, 'provider_unavailable', 'provider_timeout');
    }
  }
}

function assertAbsolute(url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw new LogtoException(
    'invalid_options',
    '`postSignOutRedirectUri` must be an absolute http(s) URL, as it is registered at Logto: "https://app.example.com/bye".',
  );
}
