import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { sendPage } from '../guard/denial/send-page.js';
import { ConcurrentSignIns } from '../sign-in/concurrent-sign-ins.js';
import type { SignInParameters } from '../sign-in/sign-in.js';
import { signInClient } from '../session/sign-in-client.js';
import { requestUrl } from '../request/request-url.js';
import { fromFormParameter } from '../user/unauthenticated-exception-factory.js';
import { redirectPage } from './redirect-page.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { waitingPage } from './waiting-page.js';

/** Time between two requests of a waiting tab, in milliseconds. */
const pollInterval = 1000;

/** Query parameter of a waiting tab's URL: since when it waits, in milliseconds since 1970. */
const waitingSinceParameter = 'waited';

/** Lets a tab wait while another tab of the browser signs in, and then redirects it to its page. */
@Injectable()
export class WaitingTabs {
  constructor(
    private readonly signIns: ConcurrentSignIns,
    private readonly options: ResolvedLogtoOptions,
  ) {}

  /**
   * Answers the request of a tab that does not need its own sign-in.
   * @returns whether it has answered
   */
  async answer(
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
      this.redirectTo(response, page, query);
      return true;
    }
    if (!hasWaited && (await this.signIns.waitForParallelRequest(request))) {
      response.redirect(302, again);
      return true;
    }
    if (!(await this.signIns.isUnderWay(request, returnTo))) return false;
    // The page polls without a pause, so the response is delayed. The first one is not, so that the user sees the page.
    if (hasWaited) await delay(pollInterval);
    sendPage(response.status(200), waitingPage(again));
    return true;
  }

  /** Redirects a tab. A form gets a page, because the browser may block a redirect to another origin. */
  private redirectTo(response: Response, page: string, query: URLSearchParams): void {
    const url = new URL(page, signInClient(this.options).baseUrl);
    if (query.has(fromFormParameter))
      sendPage(response.status(200), redirectPage({ title: 'Signing in', url }));
    else response.redirect(302, page);
  }
}
