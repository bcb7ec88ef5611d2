import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { isClick, sendsNavigationHeader } from '../request/fetch-metadata.js';
import { responseOf } from '../request/request-cookies.js';
import { safeReturnTo } from '../request/return-to.js';
import { Sessions } from '../session/sessions.js';
import { SignInCookies } from './cookies/sign-in-cookies.js';

/** How long a tab waits for a sign-in of another tab before it starts its own, in milliseconds. */
const otherTabTimeout = 5000;

/** How long a browser may take to store a response's cookie, in milliseconds. */
const cookieDelay = 200;

/** Maximum time that a tab waits, in milliseconds. */
const maxWait = 60_000;

/** How long a request waits for the response to another one, in milliseconds. */
const responseTimeout = 2000;

/**
 * Keeps the tabs of one browser, for example of a restored window, from signing in at the same time: they share one
 * interaction at Logto, and some of them would end with Logto's `session.not_found`.
 */
@Injectable()
export class ConcurrentSignIns {
  private readonly pendingResponses = new Map<string, Promise<unknown>>();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly cookies: SignInCookies,
    private readonly sessions: Sessions,
  ) {}

  /**
   * The page that a waiting tab can go to, because another tab has signed in.
   * @param since when the tab began to wait, in milliseconds since 1970
   */
  finishedPage(request: Request, returnTo: string | undefined, since: number): string | undefined {
    const signedInAt = this.sessions.record(request)?.signedInAt ?? 0;
    const isRecent = Date.now() - since < maxWait && signedInAt >= since - otherTabTimeout;
    return isRecent ? safeReturnTo(returnTo, this.options) : undefined;
  }

  /**
   * Whether another tab of this browser has just started a sign-in. A second click on the same link does not count as
   * another tab: it cancels the first.
   */
  async isInProgress(request: Request, returnTo: string | undefined): Promise<boolean> {
    const startedAt = this.cookies.newestStart(request);
    if (startedAt === undefined || !sendsNavigationHeader(request)) return false;
    // A time in the future is from another clock.
    if (Math.abs(Date.now() - startedAt) > otherTabTimeout) return false;
    if (!isClick(request)) return true;
    const newest = await this.cookies.newest(request);
    return newest !== undefined && newest.returnTo !== safeReturnTo(returnTo, this.options);
  }

  /**
   * Waits for the response to a parallel request that may be from another tab: after it, the browser's next request has
   * the cookie of that tab's sign-in. If it is from another user with the same address, browser and language, the wait
   * only costs one more request.
   * @returns whether there was such a request
   */
  async waitForParallelRequest(request: Request): Promise<boolean> {
    const userAgent = request.headers['user-agent'];
    if (!sendsNavigationHeader(request) || userAgent === undefined) return false;
    const { cookie, 'accept-language': language } = request.headers;
    const key = [request.ip, userAgent, language, cookie].join(' ');
    const other = this.pendingResponses.get(key);
    if (other) {
      await Promise.race([other, delay(responseTimeout, undefined, { ref: false })]);
      return true;
    }
    const answered = new Promise((resolve) => responseOf(request).once('close', resolve)).then(() =>
      delay(cookieDelay),
    );
    this.pendingResponses.set(key, answered);
    void answered.finally(() => this.pendingResponses.delete(key));
    return false;
  }
}
