import type { INestApplication } from '@nestjs/common';
import type { Application } from 'express';
import { pageText } from '../emulator/browser/page-text.js';
import type { EmulatorSignInOptions } from '../emulator/browser/sign-in-forms.js';
import type { LogtoEmulator } from '../emulator/logto-emulator.interface.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { BasePath } from '../request/base-path.js';
import { BrowserlessAgent } from './browserless-agent.js';
import { LogtoTestingError } from './logto-testing-error.js';

/** The headers of a browser navigation. */
const navigation = {
  accept: 'text/html,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
};

const maxRedirects = 10;

/** Options of {@link signInWithoutBrowser}. */
export interface SignInWithoutBrowserOptions {
  /** The first page: the sign-in, or a page that redirects to it. Default: the module's sign-in route. */
  path?: string;
}

/**
 * Signs a user in as a browser would, with all redirects and cookies: from the app to the emulator, through its
 * pages, and back to the app's callback. The app runs as in production, with the emulator as its `endpoint`. If it
 * does not listen yet, it starts listening on a free port. Redirects to its `baseUrl` reach it on any port.
 *
 * ```ts
 * const ada = await signInWithoutBrowser(app, emulator, 'ada');
 * const response = await ada.fetch('/orders');
 * await request(app.getHttpServer()).get('/orders').set(ada.headers).expect(200);
 * ```
 * @param user the username at the emulator; or an object with it, and `password` to sign in with the password instead of one
 * click, or `consent: 'cancel'` to cancel on the consent page of a third-party application
 * @returns an agent that is signed in
 * @throws LogtoTestingError `sign_in_failed`, with the app's response
 * @throws LogtoEmulatorError `not_found` if the emulator does not have the user; `interaction_failed`, with the message of
 * the page at which it stopped
 */
export async function signInWithoutBrowser(
  app: INestApplication,
  emulator: Pick<LogtoEmulator, 'endpoint' | 'signIn'>,
  user: string | Pick<EmulatorSignInOptions, 'username' | 'password' | 'consent'>,
  { path }: SignInWithoutBrowserOptions = {},
): Promise<BrowserlessAgent> {
  const options = app.get(ResolvedLogtoOptions, { strict: false });
  if (!options.client) throw failed('The app only accepts bearer tokens: users cannot sign in to it.');
  const express = app.getHttpAdapter().getInstance() as Application;
  const strippedPath = app.get(BasePath, { strict: false }).pathStrippedByProxy(express);
  const agent = new BrowserlessAgent(app, options.client.baseUrl, strippedPath);
  const start = path ?? `${options.client.baseUrl}/${options.authRoutesPrefix}/sign-in`;
  const authorizationUrl = await leaveApp(agent, start);
  if (authorizationUrl.origin !== new URL(emulator.endpoint).origin) {
    throw failed(
      `The app redirects to ${authorizationUrl.origin} to sign in, but the emulator is at ${emulator.endpoint}. ` +
        'Set `endpoint: emulator.endpoint` in LogtoModule, and use neither LogtoTestingModule nor useLogtoTesting.',
    );
  }
  const account = typeof user === 'string' ? { username: user } : user;
  await open(agent, await emulator.signIn(authorizationUrl, { ...account, cookies: agent.cookies }));
  return agent;
}

/** Follows the app's redirects. @returns the first URL outside of the app */
async function leaveApp(agent: BrowserlessAgent, start: string): Promise<URL> {
  let url = agent.resolve(start);
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    if (!agent.isAppUrl(url)) return url;
    const location = (await open(agent, url)).headers.get('location');
    if (location === null)
      throw failed(`${url.pathname} shows a page instead of redirecting to the sign-in.`);
    url = new URL(location, url);
  }
  throw failed(`Too many redirects from ${start}.`);
}

async function open(agent: BrowserlessAgent, url: URL): Promise<Response> {
  const response = await agent.fetch(url, { headers: navigation });
  if (response.status < 400) return response;
  // Without the query, which may contain a code.
  throw failed(`${url.pathname} responded with ${response.status}: ${pageText(await response.text())}`);
}

function failed(message: string): LogtoTestingError {
  return new LogtoTestingError('sign_in_failed', message);
}
