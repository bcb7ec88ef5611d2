import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { redirectPage } from '../pages/redirect-page.js';
import { sendPage } from '../pages/send-page.js';
import { ConcurrentSignIns } from '../sign-in/concurrent-sign-ins.js';
import type { SignInParameters } from '../sign-in/sign-in.js';
import { requestUrl } from '../request/request-url.js';
import { redirectSignIn } from './redirect-sign-in.js';

/** Time between two requests of a waiting tab, in milliseconds. */
const pollInterval = 1000;

/** Query parameter of a waiting tab's URL: since when it waits, in milliseconds since 1970. */
const waitingSinceParameter = 'waited';

/** Lets a tab wait while another tab of the browser signs in, and then redirects it to its page. */
@Injectable()
export class WaitingTabs {
  constructor(private readonly signIns: ConcurrentSignIns) {}

  /**
   * Responds to the request of a tab that does not need its own sign-in.
   * @returns whether it has responded
   */
  async respond(
    request: Request,
    response: Response,
    { returnTo, ...others }: SignInParameters,
  ): Promise<boolean> {
    const query = requestUrl(request).searchParams;
    const since = Number(query.get(waitingSinceParameter) ?? Number.NaN);
    const hasWaited = since <= Date.now();
    query.set(waitingSinceParameter, String(hasWaited ? since : Date.now()));
    // Relative, since a proxy may have stripped part of the path.
    const again = `?${query.toString()}`;
    // Another tab's sign-in does not replace one with parameters such as `prompt=login`.
    const isPlain = Object.keys(others).length === 0;
    const page = hasWaited && isPlain && this.signIns.finishedPage(request, returnTo, since);
    if (page) {
      redirectSignIn(request, response, page);
      return true;
    }
    if (!hasWaited && (await this.signIns.waitForParallelRequest(request))) {
      response.redirect(302, again);
      return true;
    }
    if (!(await this.signIns.isInProgress(request, returnTo))) return false;
    // The page polls without a pause, so the response is delayed. The first one is not, so that the user sees the page.
    if (hasWaited) await delay(pollInterval);
    const text = 'Another tab of this browser is signing in. This page continues by itself.';
    sendPage(response.status(200), redirectPage({ title: 'Signing you in', url: again, text }));
    return true;
  }
}
