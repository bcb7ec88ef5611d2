import type { INestApplication } from '@nestjs/common';
import type { Application } from 'express';
import { pageText } from '../emulator/browser/page-text.js';
import type { SignInWalk } from '../emulator/browser/sign-in-walk.js';
import type { LogtoEmulator } from '../emulator/logto-emulator.interface.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { BasePath } from '../session/base-path.js';
import { BrowserlessAgent } from './browserless-agent.js';
import { LogtoTestingError } from './logto-testing-error.js';

/** What a browser says of its own accord as it opens a page. */
const navigation = {
  accept: 'text/html,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
};

/** Redirects that are followed on the app before it counts as going in circles. */
const maxRedirects = 10;

/** How {@link signInWithoutBrowser} begins. */
export interface SignInWithoutBrowserOptions {
  /** What is opened first: a sign-in, or a page that leads to one. Default: the module's own sign-in. */
  path?: string;
}

/**
 * Signs a user in as a browser would, with all redirects and cookies: from the app to the emulator, through its
 * pages, and back to the app's callback. The app runs as in production; its `endpoint` is the emulator's. An app
 * that does not listen yet is told to, on a free port: redirects to its `baseUrl` reach it wherever it listens.
 *
 * ```ts
 * const ada = await signInWithoutBrowser(app, emulator, 'ada');
 * const response = await ada.fetch('/orders');
 * await request(app.getHttpServer()).get('/orders').set(ada.headers).expect(200);
 * ```
 * @param user the username at the emulator, or with a password to be typed
 * @returns an agent that is signed in
 * @throws LogtoTestingError `sign_in_failed`, with what the app answered
 * @throws LogtoEmulatorError `not_found` for a user that the emulator does not have; `walk_failed`, with what its
 * page said
 */
export async function signInWithoutBrowser(
  app: INestApplication,
  emulator: Pick<LogtoEmulator, 'endpoint' | 'signIn'>,
  user: string | Pick<SignInWalk, 'username' | 'password' | 'consent'>,
  { path }: SignInWithoutBrowserOptions = {},
): Promise<BrowserlessAgent> {
  const options = app.get(ResolvedLogtoOptions, { strict: false });
  if (!options.client) throw failed('The app takes bearer tokens alone: nobody signs in to it.');
  const express = app.getHttpAdapter().getInstance() as Application;
  const stripped = app.get(BasePath, { strict: false }).strippedBefore(express);
  const agent = new BrowserlessAgent(app, options.client.baseUrl, stripped);
  const first = path ?? `${options.client.baseUrl}/${options.authRoutesPrefix}/sign-in`;
  const authorization = await awayFrom(agent, first);
  if (authorization.origin !== new URL(emulator.endpoint).origin) {
    throw failed(
      `The app sends people to ${authorization.origin} to sign in, and the emulator is at ${emulator.endpoint}. ` +
        'Give LogtoModule `endpoint: emulator.endpoint`, and leave LogtoTestingModule and useLogtoTesting out.',
    );
  }
  const walk = typeof user === 'string' ? { username: user } : user;
  const callback = await emulator.signIn(authorization, { ...walk, cookies: agent.cookies });
  await opened(agent, callback);
  return agent;
}

/** Follows redirects as long as they stay on the app. @returns where they lead away to */
async function awayFrom(agent: BrowserlessAgent, start: string): Promise<URL> {
  let url = agent.resolved(start);
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    if (!agent.isOfApp(url)) return url;
    const location = (await opened(agent, url)).headers.get('location');
    if (location === null) throw failed(`${url.pathname} leads to no sign-in: it shows a page.`);
    url = new URL(location, url);
  }
  throw failed(`The way from ${start} to the sign-in goes in circles.`);
}

async function opened(agent: BrowserlessAgent, url: URL): Promise<Response> {
  const response = await agent.fetch(url, { headers: navigation });
  if (response.status < 400) return response;
  // The page says what to do; its address may hold a code.
  throw failed(`${url.pathname} answered ${response.status}: ${pageText(await response.text())}`);
}

function failed(message: string): LogtoTestingError {
  return new LogtoTestingError('sign_in_failed', message);
}
