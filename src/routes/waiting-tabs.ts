import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { sendPage } from '../guard/denial/send-page.js';
import { ConcurrentSignIns } from '../sign-in/concurrent-sign-ins.js';
import type { SignInParameters } from '../sign-in/sign-in.js';
import { signInClient } from '../session/sign-in-client.js';
import { requestUrl } from '../session/request-url.js';
import { formMark } from '../user/unauthenticated-exception-factory.js';
import { redirectPage } from './redirect-page.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { waitingPage } from './waiting-page.js';

/** How long a tab waits before it looks again, in milliseconds. */
const interval = 1000;

/** Marks the address of a sign-in that waits for another tab: since when, in milliseconds since 1970. */
const waitedMark = 'waited';

/** Lets a tab wait while another one of the same browser signs in, and then sends it to its own page. */
@Injectable()
export class WaitingTabs {
  constructor(
    private readonly signIns: ConcurrentSignIns,
    private readonly options: ResolvedLogtoOptions,
  ) {}

  /**
   * Answers the request of a tab that does not start a sign-in of its own.
   * @returns whether it has
   */
  async answer(
    request: Request,
    response: Response,
    { returnTo, ...others }: SignInParameters,
  ): Promise<boolean> {
    const query = requestUrl(request).searchParams;
    const since = Number(query.get(waitedMark) ?? Number.NaN);
    const hasWaited = since <= Date.now();
    query.set(waitedMark, String(hasWaited ? since : Date.now()));
    // Relative to the address that the browser knows, whatever path a proxy has stripped.
    const again = `?${query.toString()}`;
    // A sign-in with parameters of its own, such as `prompt=login`, is not done by another one.
    const isPlain = Object.keys(others).length === 0;
    const page = hasWaited && isPlain && this.signIns.finishedPage(request, returnTo, since);
    if (page) {
      this.leadTo(response, page, query);
      return true;
    }
    if (!hasWaited && (await this.signIns.waitForParallelRequest(request))) {
      response.redirect(302, again);
      return true;
    }
    if (!(await this.signIns.isUnderWay(request, returnTo))) return false;
    // The page asks again at once. Its first answer comes without a delay, so that it is there to be seen.
    if (hasWaited) await delay(interval);
    sendPage(response.status(200), waitingPage(again));
    return true;
  }

  /** A form gets a page: a redirect to another origin may be blocked. */
  private leadTo(response: Response, page: string, query: URLSearchParams): void {
    const url = new URL(page, signInClient(this.options).baseUrl);
    if (query.has(formMark)) sendPage(response.status(200), redirectPage({ title: 'Signing in', url }));
    else response.redirect(302, page);
  }
}
