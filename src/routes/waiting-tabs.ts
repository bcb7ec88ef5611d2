import { setTimeout as delay } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { sendPage } from '../guard/send-page.js';
import type { ConcurrentSignIns } from '../session/concurrent-sign-ins.js';
import { requestUrl } from '../session/request-url.js';
import { waitingPage } from './waiting-page.js';

/** How long a tab waits before it looks again, in milliseconds. */
const interval = 1000;

/** Marks the address of a sign-in that has waited for another tab. */
const waitedMark = 'waited';

/** Lets a tab wait while another one of the same browser signs in, and then sends it to its own page. */
export class WaitingTabs {
  constructor(private readonly signIns: ConcurrentSignIns) {}

  /**
   * Answers the request of a tab that does not start a sign-in of its own.
   * @returns whether it has
   */
  async answer(request: Request, response: Response, returnTo: string | undefined): Promise<boolean> {
    const query = requestUrl(request).searchParams;
    const hasWaited = query.has(waitedMark);
    query.set(waitedMark, '1');
    // Relative to the address that the browser knows, whatever path a proxy has stripped.
    const again = `?${query.toString()}`;
    const page = hasWaited && this.signIns.finishedPage(request, returnTo);
    if (page) {
      response.redirect(302, page);
      return true;
    }
    if (!hasWaited && (await this.signIns.waitForOther(request))) {
      response.redirect(302, again);
      return true;
    }
    if (!(await this.signIns.isUnderWay(request, returnTo))) return false;
    // The page asks again at once. Its first answer comes without a delay, so that it is there to be seen.
    if (hasWaited) await delay(interval);
    sendPage(response.status(200), waitingPage(again));
    return true;
  }
}
