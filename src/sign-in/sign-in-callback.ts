import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { IdTokenClaims } from '../oidc/claims.js';
import { OidcClient } from '../oidc/oidc-client.js';
import type { TokenSet } from '../oidc/token-set.js';
import { OperatorLog } from '../operator-log.js';
import { ExchangedCodes } from './exchanged-codes.js';
import { KeptSession } from './kept-session.js';
import { locked } from '../store/locked.js';
import { signInClient } from '../session/sign-in-client.js';
import { requestUrl } from '../session/request-url.js';
import { safeReturnTo } from '../session/return-to.js';
import { rememberPage } from './lost-page.js';
import { type PendingSignIn, SignInCookies } from './sign-in-cookies.js';
import { isSignInState, SignInState } from './sign-in-state.js';
import type { SessionRecord } from '../store/session-record.js';
import { Sessions } from '../session/sessions.js';
import { SignInIndex } from '../store/sign-in-index.js';
import {
  lifetimeCookie,
  ownEntryKey,
  readEntry,
  writeEntry,
  type StoreEntry,
} from '../store/store-access.js';
import { newTokenRecordId, withTokens } from '../store/token-record.js';
import { TokenRecords } from '../store/token-records.js';

/** How a callback ended. */
interface CallbackOutcome {
  readonly returnTo: string;
  /** The session that was established; none after a silent sign-in of nobody. */
  readonly sessionId: string | undefined;
}

/** Answers of a silent sign-in (`prompt=none`) that mean "nobody, or not without asking". */
const silentRefusals: ReadonlySet<string> = new Set([
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
]);

/** Refusals of what this app asks for, rather than of the visitor. */
const mistakes: ReadonlySet<string> = new Set(['invalid_target', 'invalid_scope', 'invalid_request']);

/** How many finished sign-ins a session remembers, to tell a reloaded callback from a forged one. */
const maxCompleted = 5;

/** How long another instance finds the outcome of a callback, in milliseconds. */
const outcomeLifetime = 60_000;

/** Finishes sign-ins. */
@Injectable()
export class SignInCallback {
  private readonly exchanges = new ExchangedCodes<CallbackOutcome>();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly oidc: OidcClient,
    private readonly cookies: SignInCookies,
    private readonly states: SignInState,
    private readonly sessions: Sessions,
    private readonly records: TokenRecords,
    private readonly index: SignInIndex,
    private readonly kept: KeptSession,
    private readonly log: OperatorLog,
  ) {}

  /**
   * Exchanges the code of the request's query for tokens, and puts the sign-in into a new session. A callback
   * that arrives twice makes one exchange: Logto revokes the whole grant when it sees a code twice.
   * @returns where the person wanted to go
   */
  async finish(request: Request): Promise<{ returnTo: string }> {
    try {
      return await this.finishOnce(request);
    } catch (error) {
      if (error instanceof LogtoException) this.report(error);
      throw error;
    }
  }

  private async finishOnce(request: Request): Promise<{ returnTo: string }> {
    this.sessions.require(request);
    const query = requestUrl(request, signInClient(this.options).baseUrl).searchParams;
    const state = stateOf(query);
    const sealed = this.cookies.find(request, state);
    if (sealed === undefined) return this.repeated(request, state);
    const opened = await this.cookies.open(sealed, state);
    if ('problem' in opened) {
      this.cookies.remove(request, state);
      rememberPage(request, await this.states.returnToOf(state));
      throw this.unusable(opened.problem);
    }
    const pending = opened.payload;
    if (pending.returnTo !== this.options.postSignInRedirectUri) rememberPage(request, pending.returnTo);

    // What else the query carries does not make it another callback.
    const answer = JSON.stringify([query.get('code'), query.get('error'), sealed]);
    const key = createHash('sha256').update(answer).digest('base64url');
    const { result, isRepeated } = await this.exchanges
      .run(key, () => this.exclusively(request, key, () => this.exchange(request, query, pending)))
      .finally(() => this.cookies.remove(request, state));
    const { sessionId, returnTo } = result;
    if (sessionId === undefined) return { returnTo };
    const isOwn = !isRepeated && request.sessionID === sessionId;
    // The session of another request may have ended meanwhile.
    if (isOwn || (await this.sessions.adopt(request, sessionId)))
      await this.kept.expect(request, pending.isRetry === true);
    return { returnTo };
  }

  /** Logs why a sign-in has failed: the visitor's page does not tell an operator. */
  private report(error: LogtoException): void {
    const isMistake = mistakes.has(error.code);
    this.log.exception(error, isMistake ? 'error' : undefined);
    if (!isMistake) return;
    const { scopes, resources } = this.options;
    this.log.remark('error', `The refused sign-in asked for: ${[...scopes, ...resources].join(' ')}`);
  }

  private unusable(problem: 'expired' | 'unreadable'): LogtoException {
    if (problem === 'unreadable') {
      return new LogtoException(
        'sign_in_session.invalid',
        "This sign-in's cookie cannot be opened: it was sealed with another secret, or was changed. Give all instances " +
          'the same session secret (or `cookieSecret`). When you change it, keep the old one behind the new one: ' +
          '`session: { secret: [new, old] }`.',
        { status: 400, publicMessage: 'This sign-in cannot be finished. Please start it again.' },
      );
    }
    const expired = new LogtoException(
      'sign_in_session.invalid',
      'This sign-in has expired: it took longer than an hour. Please start it again.',
      { status: 400 },
    );
    this.log.exception(expired, 'debug');
    return expired;
  }

  /** With a lock over all instances, the first one's outcome is found in the session store by the others. */
  private exclusively(
    request: Request,
    key: string,
    exchange: () => Promise<CallbackOutcome>,
  ): Promise<CallbackOutcome> {
    const { lock } = this.options;
    if (!lock) return exchange();
    const entryKey = ownEntryKey('callback', key);
    const store = request.sessionStore;
    return locked(lock, entryKey, async () => {
      const known = (await readEntry(store, entryKey))?.logtoCallback as CallbackOutcome | undefined;
      if (known) return known;
      const outcome = await exchange();
      const entry = {
        cookie: lifetimeCookie(outcomeLifetime),
        logtoCallback: outcome,
      } as unknown as StoreEntry;
      // Somebody is signed in, whether or not the others can be told.
      await writeEntry(store, entryKey, entry).catch(() => undefined);
      return outcome;
    });
  }

  private async exchange(
    request: Request,
    query: URLSearchParams,
    pending: PendingSignIn,
  ): Promise<CallbackOutcome> {
    const callbackUrl = new URL(pending.redirectUri);
    callbackUrl.search = query.toString();
    let tokens: TokenSet;
    try {
      tokens = await this.oidc.exchangeCode(callbackUrl, { ...pending, maxAge: pending.maxAge });
    } catch (error) {
      const silent = pending.silent && error instanceof LogtoException && silentRefusals.has(error.code);
      if (silent) return { returnTo: pending.returnTo, sessionId: undefined };
      throw error;
    }
    const { claims } = tokens;
    if (!claims)
      throw new LogtoException('id_token_invalid', 'Logto gave no ID token. Sign in again.', { status: 401 });
    await this.establish(request, pending, tokens, claims);
    return { returnTo: pending.returnTo, sessionId: request.sessionID };
  }

  private async establish(
    request: Request,
    pending: PendingSignIn,
    tokens: TokenSet,
    claims: IdTokenClaims,
  ): Promise<void> {
    const previous = this.sessions.trace(request);
    const superseded = this.sessions.record(request);
    const id = newTokenRecordId();
    const now = Date.now();
    await this.records.save(request, id, withTokens(undefined, {}, tokens));
    const record: SessionRecord = {
      claims,
      tokens: id,
      signedInAt: now,
      checkedAt: now,
      ...(claims.sid === undefined ? {} : { sid: claims.sid }),
      ...(claims.auth_time === undefined ? {} : { authTime: claims.auth_time }),
      completed: [...(previous?.completed ?? []), shortened(pending.state)].slice(-maxCompleted),
    };
    const lifetime = request.session.cookie.originalMaxAge;
    await this.sessions.establish(request, record, async (sessionId) => {
      // Tokens live as long as their session, which may have become another one than the visitor's before.
      if (request.session.cookie.originalMaxAge !== lifetime)
        await this.records.prolong(request.sessionStore, record, request.session.cookie.originalMaxAge);
      await this.index.enter(request, record, sessionId, superseded);
    });
    // Forgotten, not revoked: all sign-ins of one browser share a grant at Logto.
    if (superseded) await this.records.delete(request.sessionStore, superseded.tokens);
  }

  /** A callback without its sign-in: this session has finished it already, or it is refused. */
  private async repeated(request: Request, state: string): Promise<{ returnTo: string }> {
    const returnTo = await this.states.returnToOf(state);
    if (this.sessions.record(request)?.completed.includes(shortened(state))) {
      return { returnTo: safeReturnTo(returnTo, this.options) };
    }
    rememberPage(request, returnTo);
    throw new LogtoException(
      'sign_in_session.not_found',
      'This browser has no such sign-in under way: it was finished, took longer than an hour, or began in another browser ' +
        'or under another host name. Please start it again.',
      { status: 400 },
    );
  }
}

/**
 * The state of a callback that carries each parameter once, and a code or an error (RFC 6749 sections 3.1 and
 * 4.1.2). The rest of what it carries is checked with the sign-in that it belongs to.
 */
function stateOf(query: URLSearchParams): string {
  const state = query.get('state') ?? '';
  const single = ['state', 'code', 'error', 'iss'].every((name) => query.getAll(name).length <= 1);
  const answered = query.has('code') || query.has('error');
  if (!single || !answered || !isSignInState(state)) {
    throw new LogtoException(
      'callback_invalid',
      'The answer of the sign-in is malformed. Start the sign-in again.',
      { status: 400 },
    );
  }
  return state;
}

/** Enough of a state to know it again. */
function shortened(state: string): string {
  return state.slice(0, 12);
}
