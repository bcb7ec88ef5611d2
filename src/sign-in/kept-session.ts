import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { type ResolvedClientOptions, ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { OperatorLog } from '../operator-log.js';
import { FinishedSignInCookie } from './finished-sign-in-cookie.js';
import { responseOf } from '../session/request-cookies.js';
import { whyCookieIsNotSet, whyCookieIsWithheld } from './session-cookie-causes.js';
import { signInClient } from '../session/sign-in-client.js';
import { cookieNamesOf } from '../session/session-cookie.js';
import { Sessions } from '../session/sessions.js';
import type { ExpressSession } from '../session/express-session.js';
import { isSignedIn } from '../store/session-record.js';
import { readEntry } from '../store/store-access.js';

/**
 * Notices a sign-in that succeeded and did not last until the browser came back, as when the browser refuses the session
 * cookie. Without it the guard, the sign-in and Logto would send the browser round and round.
 */
@Injectable()
export class KeptSession {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly sessions: Sessions,
    private readonly finished: FinishedSignInCookie,
    private readonly log: OperatorLog,
  ) {}

  /** Remembers that a request has finished a sign-in, and looks whether its answer really carries the session cookie. */
  async expect(request: Request, isRetry: boolean): Promise<void> {
    const { sessionID, session } = request;
    await this.finished.set(request, { session: sessionID, isRetry });
    const response = responseOf(request);
    response.once('finish', () => {
      if (carriesCookie(response, sessionID) || cookieNamesOf(request, sessionID).length > 0) return;
      this.log.remark('error', `session_not_kept: ${whyCookieIsNotSet(request, session)}`);
    });
  }

  /**
   * Looks whether a browser that starts a sign-in has just finished one, and has come back without it.
   * @returns whether it has: once may be chance, as when an app ends its sessions itself
   * @throws LogtoException `session_not_kept`, 500, when it has twice in a row
   */
  async check(request: Request): Promise<boolean> {
    const finished = await this.finished.read(request);
    if (!finished) return false;
    this.finished.clear(request);
    if (this.sessions.record(request)) return false;
    if (!finished.isRetry) return true;
    const { session } = finished;
    const isStored = isSignedIn((await readEntry(request.sessionStore, session))?.logto);
    const current = this.sessions.require(request);
    this.clearSessionCookies(request, current, session);
    throw sessionNotKept(
      isStored ? whyCookieIsWithheld(request, current, session, signInClient(this.options)) : lostByStore,
    );
  }

  /** Forgets that this browser has finished a sign-in: it signs out. */
  forget(request: Request): void {
    this.finished.clear(request);
  }

  /** Clears the session cookie, so that the next sign-in begins with none. */
  private clearSessionCookies(request: Request, { cookie }: ExpressSession, session: string): void {
    const response = responseOf(request);
    const sent = cookieNamesOf(request, session);
    const given = this.options.session?.name;
    const paths = new Set(['/', cookie.path ?? '/']);
    for (const name of new Set([...sent, ...(given === undefined ? [] : [given])])) {
      // Another cookie hides the one that was sent, and may be of any domain above this host.
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
    `The sign-in succeeded, and the browser came back without its session. ${cause}`,
    {
      // Another try may well work: what could be cleared is cleared.
      needsOperator: false,
      publicMessage:
        'You have signed in, but this browser did not keep you signed in. Please try again. If that does not help, ' +
        "delete this site's cookies.",
    },
  );
}

/** Whether an answer sets the cookie of a session. */
function carriesCookie(response: Response, session: string): boolean {
  const cookies = [response.getHeader('set-cookie') ?? []].flat().map(String);
  return cookies.some((cookie) => cookie.includes(encodeURIComponent(`s:${session}.`)));
}

/** The domains that a cookie of the app's host may have: the host and what is above it. */
function domainsOf({ baseUrl }: ResolvedClientOptions): string[] {
  const { hostname } = new URL(baseUrl);
  if (/^[\d.]+$|:/.test(hostname)) return [];
  const labels = hostname.split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
}
