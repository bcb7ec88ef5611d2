import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { LogtoCallbackTrace } from '../events/logto-traces.js';
import { trace } from '../events/trace.js';
import { Hooks } from '../hooks/hooks.js';
import { LogtoException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { requestUrl } from '../request/request-url.js';
import { safeReturnTo } from '../request/return-to.js';
import { SessionStart } from '../session/session-start.js';
import { Sessions } from '../session/sessions.js';
import { signInClient } from '../session/sign-in-client.js';
import { CodeExchange } from './code-exchange.js';
import { IdempotentCallbacks } from './idempotent-callbacks.js';
import { RedirectLoopDetector } from './redirect-loop-detector.js';
import { rememberReturnTo } from './remembered-return-to.js';
import { SignInCookies } from './cookies/sign-in-cookies.js';
import { isSignInState, shortState, SignInState } from './cookies/sign-in-state.js';

/** Errors that mean that the app requests the wrong scopes or resources. The visitor cannot fix them. */
const configurationErrors: ReadonlySet<string> = new Set([
  'invalid_target',
  'invalid_scope',
  'invalid_request',
]);

/** Finishes a sign-in when the browser comes back from Logto. */
@Injectable()
export class SignInCallback {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly cookies: SignInCookies,
    private readonly states: SignInState,
    private readonly sessions: Sessions,
    private readonly sessionStart: SessionStart,
    private readonly callbacks: IdempotentCallbacks,
    private readonly codes: CodeExchange,
    private readonly redirectLoops: RedirectLoopDetector,
    private readonly hooks: Hooks,
    private readonly log: OperatorLog,
  ) {}

  /**
   * Exchanges the code in the request's query for tokens, and starts a session. A repeated callback gets the session of
   * the first one.
   * @returns the page to redirect the browser to
   */
  async finish(request: Request): Promise<{ returnTo: string }> {
    try {
      return await trace(
        'nestjs-logto:callback',
        () => ({}),
        (event) => this.finishSignIn(request, event),
      );
    } catch (error) {
      if (error instanceof LogtoException) {
        this.logFailure(error);
        await this.hooks.signInFailed({ code: error.code, error, request });
      }
      throw error;
    }
  }

  private async finishSignIn(request: Request, event?: LogtoCallbackTrace): Promise<{ returnTo: string }> {
    this.sessions.require(request);
    const query = requestUrl(request, signInClient(this.options).baseUrl).searchParams;
    const state = stateOf(query);
    const sealed = this.cookies.find(request, state);
    if (sealed === undefined) return this.finishWithoutCookie(request, state);
    const opened = await this.cookies.open(sealed, state);
    if ('problem' in opened) {
      this.cookies.remove(request, state);
      rememberReturnTo(request, await this.states.returnToOf(state));
      throw opened.problem === 'expired' ? this.expired() : unreadable();
    }
    const pending = opened.payload;
    if (pending.returnTo !== this.options.postSignInRedirectUri) rememberReturnTo(request, pending.returnTo);

    // Other parameters of the query do not make it another callback.
    const answer = JSON.stringify([query.get('code'), query.get('error'), sealed]);
    const key = createHash('sha256').update(answer).digest('base64url');
    const { outcome, isRepeated } = await this.callbacks
      .run(request, key, () => this.codes.run(request, query, pending, event))
      .finally(() => this.cookies.remove(request, state));
    const { sessionId, returnTo } = outcome;
    if (event) event.isRepeated = isRepeated;
    if (sessionId === undefined) return { returnTo };
    const isOwn = !isRepeated && request.sessionID === sessionId;
    // A session that another request has started may have ended since.
    if (isOwn || (await this.sessionStart.switchTo(request, sessionId)))
      await this.redirectLoops.recordSignIn(request, pending.isRetry === true);
    return { returnTo };
  }

  /** A callback without its cookie: either the session has already finished this sign-in, or the callback is rejected. */
  private async finishWithoutCookie(request: Request, state: string): Promise<{ returnTo: string }> {
    const returnTo = await this.states.returnToOf(state);
    if (this.sessions.record(request)?.completed.includes(shortState(state))) {
      return { returnTo: safeReturnTo(returnTo, this.options) };
    }
    rememberReturnTo(request, returnTo);
    throw new LogtoException(
      'sign_in_session.not_found',
      'This sign-in is no longer in progress in this browser: it was finished, took longer than an hour, or began in ' +
        'another browser or under another host name. Please start it again.',
      { status: 400 },
    );
  }

  /** Logs why a sign-in has failed, because the operator does not see the visitor's error page. */
  private logFailure(error: LogtoException): void {
    const isConfigurationError = configurationErrors.has(error.code);
    this.log.exception(error, isConfigurationError ? 'error' : undefined);
    if (!isConfigurationError) return;
    const { scopes, resources } = this.options;
    this.log.write('error', `The rejected sign-in requested: ${[...scopes, ...resources].join(' ')}`);
  }

  private expired(): LogtoException {
    const expired = new LogtoException(
      'sign_in_session.invalid',
      'This sign-in has expired: it took longer than an hour. Please start it again.',
      { status: 400 },
    );
    this.log.exception(expired, 'debug');
    return expired;
  }
}

function unreadable(): LogtoException {
  return new LogtoException(
    'sign_in_session.invalid',
    "This sign-in's cookie cannot be decrypted: it was encrypted with another secret, or was changed. Give all instances " +
      'the same session secret (or `cookieSecret`). When you change it, keep the old one after the new one: ' +
      '`session: { secret: [new, old] }`.',
    { status: 400, publicMessage: 'This sign-in cannot be finished. Please start it again.' },
  );
}

/**
 * The state of a callback that has each parameter once, and a code or an error (RFC 6749 sections 3.1 and 4.1.2). The
 * other parameters are checked later, against the sign-in that the callback belongs to.
 */
function stateOf(query: URLSearchParams): string {
  const state = query.get('state') ?? '';
  const single = ['state', 'code', 'error', 'iss'].every((name) => query.getAll(name).length <= 1);
  const answered = query.has('code') || query.has('error');
  if (!single || !answered || !isSignInState(state)) {
    throw new LogtoException(
      'callback_invalid',
      'The callback of the sign-in is malformed. Start the sign-in again.',
      { status: 400 },
    );
  }
  return state;
}
