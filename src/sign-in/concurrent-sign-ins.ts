import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { responseOf } from '../session/request-cookies.js';
import { safeReturnTo } from '../session/return-to.js';
import { Sessions } from '../session/sessions.js';
import { SignInCookies } from './sign-in-cookies.js';

/** How long a sign-in is given to come back before another tab of the same browser starts its own, in milliseconds. */
const headStart = 5000;

/** How long after an answer the browser may be without its cookie, in milliseconds. */
const cookieDelay = 200;

/** How long a tab waits at most, in milliseconds. */
const recently = 60_000;

/** Longest wait for the answer to another tab, in milliseconds. */
const longestMoment = 2000;

/**
 * Keeps the tabs of one browser from racing each other at Logto, as those of a restored window would. They share one
 * interaction there: of several that come at once, some end at Logto's `session.not_found`.
 */
@Injectable()
export class ConcurrentSignIns {
  private readonly answering = new Map<string, Promise<unknown>>();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly cookies: SignInCookies,
    private readonly sessions: Sessions,
  ) {}

  /**
   * The page of a tab that has waited, once another tab has signed in.
   * @param since when the wait began, in milliseconds since 1970
   */
  finishedPage(request: Request, returnTo: string | undefined, since: number): string | undefined {
    const signedInAt = this.sessions.record(request)?.signedInAt ?? 0;
    const isRecent = Date.now() - since < recently && signedInAt >= since - headStart;
    return isRecent ? safeReturnTo(returnTo, this.options) : undefined;
  }

  /**
   * Whether another tab of this browser has started a sign-in a moment ago, which may be on its way back from Logto. A
   * second click on the same link is no other tab: it cancels the first.
   */
  async isUnderWay(request: Request, returnTo: string | undefined): Promise<boolean> {
    const startedAt = this.cookies.newestStart(request);
    if (startedAt === undefined || !isBrowser(request)) return false;
    // A time ahead is of another clock.
    if (Math.abs(Date.now() - startedAt) > headStart) return false;
    if (!isClick(request)) return true;
    const newest = await this.cookies.newest(request);
    return newest !== undefined && newest.returnTo !== safeReturnTo(returnTo, this.options);
  }

  /**
   * Waits for the answer to a request that may be of another tab, and came in the same moment: only then can the
   * browser's next request carry the cookie of that tab's sign-in. Two people with one address, one browser version and
   * no cookies only make one more request.
   * @returns whether there was one
   */
  async waitForOther(request: Request): Promise<boolean> {
    const userAgent = request.headers['user-agent'];
    if (!isBrowser(request) || userAgent === undefined) return false;
    const { cookie, 'accept-language': language } = request.headers;
    const key = [request.ip, userAgent, language, cookie].join(' ');
    const other = this.answering.get(key);
    if (other) {
      await Promise.race([other, delay(longestMoment, undefined, { ref: false })]);
      return true;
    }
    const answered = new Promise((resolve) => responseOf(request).once('close', resolve)).then(() =>
      delay(cookieDelay),
    );
    this.answering.set(key, answered);
    void answered.finally(() => this.answering.delete(key));
    return false;
  }
}

/** Whether a browser navigates: other clients have no tabs. */
function isBrowser({ headers }: Request): boolean {
  return headers['sec-fetch-mode'] === 'navigate';
}

/** Whether a person has just clicked or typed (Fetch Metadata). */
function isClick({ headers }: Request): boolean {
  return headers['sec-fetch-user'] === '?1';
}
