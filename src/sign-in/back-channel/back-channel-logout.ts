import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Store } from 'express-session';
import type { JWTPayload } from 'jose';
import type { LogtoSignOutTrace } from '../../events/logto-traces.js';
import { trace } from '../../events/trace.js';
import { hasCode, LogtoException } from '../../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { TokenVerifier } from '../../oidc/token-verifier.js';
import { OperatorLog } from '../../operator-log.js';
import { logoutTokenOf } from './logout-form.js';
import { logoutTokenInvalid } from './logout-token-invalid.js';
import { logoutTokenRemedy } from './logout-token-remedy.js';
import { signInClient } from '../../session/sign-in-client.js';
import { KeyedMutex } from '../../concurrency/keyed-mutex.js';
import { type EndedSignIn, SessionEnd } from '../../session/session-end.js';
import { Sessions } from '../../session/sessions.js';
import { logtoSessionTombstone, SignInIndex } from '../../store/sign-in-index.js';
import { lifetimeCookie, ownEntryKey, readEntry, writeEntry } from '../../store/store-access.js';
import { Tombstones } from '../../store/tombstones.js';

/** The member of `events` that a logout token must have. */
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** How long a token's ID is stored after the token has expired, in milliseconds, because clocks differ. */
const replayMargin = 5 * 60_000;

interface LogoutToken extends JWTPayload {
  iat: number;
  exp: number;
  jti: string;
  events?: unknown;
  nonce?: unknown;
  sid?: unknown;
}

/** Ends sessions when Logto sends a logout token (OpenID Connect Back-Channel Logout 1.0). */
@Injectable()
export class BackChannelLogout {
  private readonly mutex = new KeyedMutex();
  private readonly received = new WeakSet<Request>();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly verifier: TokenVerifier,
    private readonly sessions: Sessions,
    private readonly sessionEnd: SessionEnd,
    private readonly index: SignInIndex,
    private readonly tombstones: Tombstones,
    private readonly log: OperatorLog,
  ) {}

  /** Whether a request has arrived here: from then on this class logs what goes wrong. */
  hasReceived(request: Request): boolean {
    return this.received.has(request);
  }

  /**
   * Ends the sessions that a logout token names: with `sid` those of a session at Logto, with `sub` alone all that the
   * user started before the token was issued.
   * @param request a request with a form that has the token in `logout_token`
   * @throws LogtoException `logout_token_invalid`, 400; `session_store_unavailable`, 503; or a transient one
   */
  async receive(request: Request): Promise<void> {
    this.received.add(request);
    try {
      await trace(
        'nestjs-logto:sign-out',
        () => ({ trigger: 'back_channel' }),
        (event) => this.endSessions(request, event),
      );
    } catch (error) {
      if (error instanceof LogtoException) this.logRejection(error);
      throw error;
    }
  }

  /**
   * Logs why the user stays signed in, because Logto ignores the response. Leaves out the cause of an invalid token,
   * because an attacker may have chosen its text.
   */
  private logRejection(error: LogtoException): void {
    if (error.getStatus() >= 500) this.log.exception(error);
    else this.log.write('warn', `${error.code}: ${error.message}`);
  }

  private async endSessions(request: Request, event?: LogtoSignOutTrace): Promise<void> {
    this.sessions.require(request);
    const store = request.sessionStore;
    const token = await this.verify(await logoutTokenOf(request));
    if (event) Object.assign(event, { sub: token.sub, sid: token.sid });
    const key = ownEntryKey('logout', token.jti);
    const ended = await this.mutex.runExclusive(key, async () => {
      if (await readEntry(store, key)) {
        throw logoutTokenInvalid('It was used before and its sessions have already ended. Nothing to do.');
      }
      const signIns = await this.end(store, token);
      const remembered = Math.max(0, token.exp * 1000 - Date.now()) + replayMargin;
      await writeEntry(store, key, { cookie: lifetimeCookie(remembered) });
      return signIns;
    });
    await this.sessionEnd.runHooks(ended, 'back_channel');
  }

  private async verify(logoutToken: string): Promise<LogoutToken> {
    let token: LogoutToken;
    try {
      token = await this.verifier.verify<LogoutToken>(logoutToken, {
        typ: 'logout+jwt',
        audience: signInClient(this.options).appId,
        requiredClaims: ['iat', 'jti', 'events'],
      });
    } catch (error) {
      if (!hasCode(error, 'invalid_token')) throw error;
      const remedy = logoutTokenRemedy(
        error.cause,
        logoutToken,
        signInClient(this.options).appId,
        this.options,
      );
      throw logoutTokenInvalid(`${error.message} ${remedy}`, error.cause);
    }
    const malformed = malformationOf(token);
    if (malformed !== undefined) throw logoutTokenInvalid(malformed);
    return token;
  }

  /** Ends the sign-ins that a token names. */
  private async end(store: Store, { sid, sub, iat }: LogoutToken): Promise<EndedSignIn[]> {
    const application = signInClient(this.options).appId;
    if (typeof sid === 'string') {
      // The mark comes first, because a sign-in that is being finished checks for it.
      await this.tombstones.mark(store, [logtoSessionTombstone(sid)]);
      return this.sessionEnd.endIndexed(store, await this.index.find(store, { application, sid }), sub);
    }
    const signIns = await this.index.find(store, { application, sub });
    return this.sessionEnd.endIndexed(
      store,
      signIns.filter(({ at }) => at < (iat + 1) * 1000),
      sub,
    );
  }
}

/** Why a verified token is not a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6). */
function malformationOf({ events, jti, nonce, sid, sub }: LogoutToken): string | undefined {
  if (typeof (jti as unknown) !== 'string' || jti === '') return 'Its jti is malformed.';
  if (!isObject(events) || !isObject(events[logoutEvent])) return 'It has no back-channel logout event.';
  if (nonce !== undefined) return 'It has a nonce, which only ID tokens have.';
  if (sid === undefined && sub === undefined) return 'It names neither a session nor a user.';
  if (sid !== undefined && (typeof sid !== 'string' || sid === '')) return 'Its sid is malformed.';
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
