import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';
import { type ResolvedClientOptions, ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { responseOf } from '../request/request-cookies.js';
import { cookieNamesOf } from '../session/session-cookie.js';
import { Sessions } from '../session/sessions.js';
import { signInClient } from '../session/sign-in-client.js';
import { isSignedIn } from '../store/session-record.js';
import { readEntry } from '../store/store-access.js';
import { FinishedSignInCookie } from './cookies/finished-sign-in-cookie.js';
import { whyCookieIsNotSent, whyCookieIsNotSet } from './cookies/session-cookie-causes.js';

/**
 * Breaks the redirect loop of a sign-in that succeeds while its session is lost, for example because the browser
 * rejects the session cookie: guard, sign-in and Logto would redirect the browser for ever.
 */
@Injectable()
export class RedirectLoopDetector {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly sessions: Sessions,
    private readonly finished: FinishedSignInCookie,
    private readonly log: OperatorLog,
  ) {}

  /** Records in a cookie that a sign-in has finished, and logs an error if the response has no session cookie. */
  async recordSignIn(request: Request, isRetry: boolean): Promise<void> {
    const { sessionID, session } = request;
    await this.finished.set(request, { session: sessionID, isRetry });
    const response = responseOf(request);
    response.once('finish', () => {
      if (setsSessionCookie(response, sessionID) || cookieNamesOf(request, sessionID).length > 0) return;
      this.log.write('error', `session_not_kept: ${whyCookieIsNotSet(request, session)}`);
    });
  }

  /**
   * Checks whether a browser that starts a sign-in has just finished one and lost its session.
   * @returns whether it has. The first time may be a coincidence, for example if the app has ended its sessions itself
   * @throws LogtoException `session_not_kept`, 500, the second time in a row
   */
  async check(request: Request): Promise<boolean> {
    const finished = await this.finished.read(request);
    if (!finished) return false;
    this.finished.clear(request);
    if (this.sessions.record(request)) return false;
    if (!finished.isRetry) return true;
    const { session } = finished;
    const isStored = isSignedIn((await readEntry(request.sessionStore, session))?.logto);
    this.clearSessionCookies(request, session);
    throw sessionNotKept(isStored ? whyCookieIsNotSent(request, session, this.options) : lostByStore);
  }

  /** Forgets that this browser has finished a sign-in, because it signs out. */
  reset(request: Request): void {
    this.finished.clear(request);
  }

  /** Clears the session cookie, so that the next sign-in begins without one. */
  private clearSessionCookies(request: Request, session: string): void {
    const { cookie } = this.sessions.require(request);
    const response = responseOf(request);
    const sent = cookieNamesOf(request, session);
    const configured = this.options.session?.name;
    const paths = new Set(['/', cookie.path ?? '/']);
    for (const name of new Set([...sent, ...(configured === undefined ? [] : [configured])])) {
      // The browser sends two cookies of this name: the one that hides the other may have any domain above this host.
      const above = sent.includes(name) ? domainsOf(signInClient(this.options)) : [];
      const domains = new Set([undefined, cookie.domain, ...above]);
      for (const path of paths)
        for (const domain of domains) response.clearCookie(name, { path, ...(domain && { domain }) });
    }
  }
}

const lostByStore =
  'The session store has lost the session, or the sign-in ended at once. Several instances need one store that all of ' +
  'them share (the default store keeps sessions in the memory of one process), and `lifetime` must be longer than a request.';

function sessionNotKept(cause: string): LogtoException {
  return new LogtoException(
    'session_not_kept',
    `The sign-in succeeded, but the next request of the browser had no session. ${cause}`,
    {
      // The visitor may try again, because the cookies have been cleared as far as possible.
      needsOperator: false,
      publicMessage:
        'You have signed in, but this browser did not keep you signed in. Please try again. If that does not help, ' +
        "delete this site's cookies.",
    },
  );
}

function setsSessionCookie(response: Response, session: string): boolean {
  const cookies = [response.getHeader('set-cookie') ?? []].flat().map(String);
  return cookies.some((cookie) => cookie.includes(encodeURIComponent(`s:${session}.`)));
}

/** The domains that a cookie of the app's host may have: the host and its parents. */
function domainsOf({ baseUrl }: ResolvedClientOptions): string[] {
  const { hostname } = new URL(baseUrl);
  if (/^[\d.]+$|:/.test(hostname)) return [];
  const labels = hostname.split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
}
