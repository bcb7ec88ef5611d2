import type { Request } from 'express';
import type { Store } from 'express-session';
import type { JWTPayload } from 'jose';
import { LogtoException } from '../logto.exceptions.js';
import type { ResolvedClientOptions } from '../logto.options-resolved.js';
import type { TokenVerifier } from '../oidc/token-verifier.js';
import { Serial } from './serial.js';
import type { Sessions } from './sessions.js';
import { sidMark, type IndexedSignIn, type SignInIndex } from './sign-in-index.js';
import { deleteEntry, lifetimeCookie, ownEntryKey, readEntry, writeEntry } from './store-access.js';
import { tokenRecordKey } from './token-record.js';

/** The event that makes a token a logout token. */
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** How long a token's id is remembered beyond its expiry, in milliseconds: clocks differ. */
const replayMargin = 5 * 60_000;

interface LogoutToken extends JWTPayload {
  iat: number;
  exp: number;
  jti: string;
  events?: unknown;
  nonce?: unknown;
  sid?: unknown;
}

/** Ends sessions that Logto says have ended (OpenID Connect Back-Channel Logout 1.0). */
export class BackChannelLogout {
  private readonly serial = new Serial();

  constructor(
    private readonly client: ResolvedClientOptions,
    private readonly verifier: TokenVerifier,
    private readonly sessions: Sessions,
    private readonly index: SignInIndex,
  ) {}

  /**
   * Ends the sessions that a logout token names: with `sid` those of that session at Logto, with `sub` alone
   * those of that user who signed in before the token was issued.
   * @param logoutToken the parameter `logout_token` of the request's body
   * @throws LogtoException `logout_token_invalid`, 400; `session_store_unavailable`, 503; or a transient one
   */
  async receive(request: Request, logoutToken: unknown): Promise<void> {
    this.sessions.require(request);
    const store = request.sessionStore;
    const token = await this.verified(logoutToken);
    const key = ownEntryKey('logout', token.jti);
    await this.serial.run(key, async () => {
      if (await readEntry(store, key)) throw logoutTokenInvalid('It was used before.');
      await this.end(store, token);
      const remembered = Math.max(0, token.exp * 1000 - Date.now()) + replayMargin;
      await writeEntry(store, key, { cookie: lifetimeCookie(remembered) });
    });
  }

  private async verified(logoutToken: unknown): Promise<LogoutToken> {
    if (typeof logoutToken !== 'string' || logoutToken === '') throw logoutTokenInvalid('There is none.');
    let token: LogoutToken;
    try {
      token = await this.verifier.verify<LogoutToken>(logoutToken, {
        typ: 'logout+jwt',
        audience: this.client.appId,
        requiredClaims: ['iat', 'jti', 'events'],
      });
    } catch (error) {
      if (!(error instanceof LogtoException) || error.code !== 'invalid_token') throw error;
      throw logoutTokenInvalid(error.message, error);
    }
    const { events, jti, nonce, sid, sub } = token;
    if (typeof (jti as unknown) !== 'string' || jti === '') throw logoutTokenInvalid('Its jti is malformed.');
    if (
      typeof events !== 'object' ||
      events === null ||
      !isObject((events as Record<string, unknown>)[logoutEvent])
    ) {
      throw logoutTokenInvalid('It tells of no logout.');
    }
    if (nonce !== undefined) throw logoutTokenInvalid('It has a nonce, as only ID tokens have.');
    if (sid === undefined && sub === undefined)
      throw logoutTokenInvalid('It names neither a session nor a user.');
    if (sid !== undefined && (typeof sid !== 'string' || sid === ''))
      throw logoutTokenInvalid('Its sid is malformed.');
    return token;
  }

  private async end(store: Store, { sid, sub, iat }: LogoutToken): Promise<void> {
    const application = this.client.appId;
    if (typeof sid === 'string') {
      // Marked first: a sign-in that is just being finished looks for the mark.
      await this.sessions.tombstones.mark(store, [sidMark(sid)]);
      await this.endAll(store, await this.index.find(store, { application, sid }), sub);
    } else if (sub !== undefined) {
      const before = (await this.index.find(store, { application, sub })).filter(
        ({ at }) => at < (iat + 1) * 1000,
      );
      await this.endAll(store, before, sub);
    }
  }

  private async endAll(
    store: Store,
    signIns: readonly IndexedSignIn[],
    sub: string | undefined,
  ): Promise<void> {
    for (const { session, tokens } of signIns) {
      this.sessions.refreshed.remember(tokens, { ended: true, sub: sub ?? '', completed: [] });
      await this.sessions.tombstones.mark(store, [session, tokens, tokenRecordKey(tokens)]);
      await deleteEntry(store, session);
      await deleteEntry(store, tokenRecordKey(tokens));
    }
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function logoutTokenInvalid(reason: string, cause?: unknown): LogtoException {
  return new LogtoException('logout_token_invalid', `The logout token is not acceptable. ${reason}`, {
    status: 400,
    cause,
  });
}
