import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Header } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser, Page } from 'playwright-core';
import { asInMain, startApp, type TestAppParts } from '../support/app/app.js';
import { freePort } from '../support/app/free-port.js';
import { closeLater } from '../support/runner/leftovers.js';
import { startIssuer } from '../support/logto/issuer.js';
import { launchChromium } from './support/chromium.js';
import { clientScript, frontEndPage, pageScript, serveFrontEnd } from './support/front-end.js';
import { BrowserProfile } from './support/browser-profile.js';

@Controller()
class FrontEndController {
  @Get()
  @Header('content-type', 'text/html')
  page(): string {
    return frontEndPage;
  }

  @Get('page.js')
  @Header('content-type', 'text/javascript')
  script(): string {
    return pageScript();
  }

  @Get('client.js')
  @Header('content-type', 'text/javascript')
  client(): Promise<string> {
    return clientScript();
  }
}

/** The origins of a front end and of its app. */
interface Setup {
  /** The page. */
  frontEnd: string;
  app: Partial<TestAppParts>;
}

type Configure = (app: NestExpressApplication, frontEnd: string) => unknown;

const configurations: [what: string, configure: Configure][] = [
  ['without further settings', () => undefined],
  ["with helmet's defaults", (app) => app.use(helmet())],
  [
    'with useSecurityHeaders() and enableCsrfProtection()',
    (app, frontEnd) => app.useSecurityHeaders().enableCsrfProtection({ trustedOrigins: [frontEnd] }),
  ],
];

const onSameOrigin = async (configure: Configure): Promise<Setup> => {
  const port = await freePort();
  const frontEnd = `http://localhost:${port}`;
  return {
    frontEnd,
    app: { port, controllers: [FrontEndController], configure: (app) => void configure(app, frontEnd) },
  };
};

/** @param host the host name of the front end: `localhost` is the site of the app */
const onOtherOrigin = async (configure: Configure, host = 'localhost'): Promise<Setup> => {
  const [port, portOfPage] = [await freePort(), await freePort()];
  const frontEnd = `http://${host}:${portOfPage}`;
  await serveFrontEnd(portOfPage, pageScript({ baseUrl: `http://localhost:${port}/` }));
  const logto = { allowedOrigins: [frontEnd], postSignOutRedirectUri: frontEnd };
  return { frontEnd, app: { port, logto, configure: (app) => void configure(app, frontEnd) } };
};

let browser: Browser;
let issuer: LogtoEmulator;

beforeAll(async () => {
  browser = closeLater(await launchChromium());
  issuer = await startIssuer();
});

const heading = (tab: Page, text: string): Promise<void> =>
  tab.getByRole('heading', { name: text, exact: true }).waitFor();

describe.each([
  ['on the origin of the app', onSameOrigin],
  ['on another origin, listed in allowedOrigins', onOtherOrigin],
])('A front end %s', (_, prepare) => {
  describe.each(configurations)('%s', (__, configure) => {
    let frontEnd: string;
    let profile: BrowserProfile;
    let tab: Page;
    let other: Page;

    beforeAll(async () => {
      const setup = await prepare(configure);
      ({ frontEnd } = setup);
      await startApp({ issuer, create: asInMain, ...setup.app });
    });

    beforeEach(async () => {
      profile = await BrowserProfile.create(browser, { baseURL: frontEnd });
      tab = await profile.newTab();
      other = await profile.newTab();
      for (const page of [tab, other]) {
        await page.goto('/?page=2#there');
        await heading(page, 'Not signed in');
      }
    });

    // The page has no icon.
    afterEach(() => profile.close(404));

    it('signs in, comes back to its page and signs out of the app and of Logto, and the other tab sees it', async () => {
      await tab.getByRole('button', { name: 'Sign in' }).click();
      await profile.signIn(tab, 'ada', 'ada-password');
      await heading(tab, 'Hello Ada Lovelace');
      await heading(other, 'Hello Ada Lovelace');
      expect(tab.url()).toBe(`${frontEnd}/?page=2#there`);

      await tab.getByRole('button', { name: 'Sign out' }).click();
      await heading(tab, 'Not signed in');
      await heading(other, 'Not signed in');
      expect(new URL(tab.url()).origin).toBe(frontEnd);
      expect(await other.evaluate('changes')).toEqual(['anonymous', 'ada', 'anonymous']);

      await tab.getByRole('button', { name: 'Sign in' }).click();
      await tab.getByLabel('Password', { exact: true }).waitFor();
    });
  });
});

describe('A front end', () => {
  let profile: BrowserProfile;
  let tab: Page;

  async function open(setup: Setup): Promise<void> {
    await startApp({ issuer, create: asInMain, ...setup.app });
    profile = await BrowserProfile.create(browser, { baseURL: setup.frontEnd });
    tab = await profile.newTab();
    await tab.goto('/');
    await heading(tab, 'Not signed in');
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await profile.signIn(tab, 'ada', 'ada-password');
    await tab.waitForURL(`${setup.frontEnd}/`);
  }

  it('notices that its session has ended when it gets the focus, until its listener is removed', async () => {
    await open(await onSameOrigin(() => undefined));
    await heading(tab, 'Hello Ada Lovelace');
    await profile.clearCookies(/^logto\.sid\./);
    await tab.evaluate(`dispatchEvent(new Event('focus'))`);
    await heading(tab, 'Not signed in');

    await tab.evaluate('stop()');
    const requested: string[] = [];
    tab.on('request', (request) => requested.push(request.url()));
    await tab.evaluate(`dispatchEvent(new Event('focus'))`);
    await tab.evaluate('getSession()');

    expect(requested).toHaveLength(1);
    await profile.close(404);
  });

  it('tells a listener that it adds later who is signed in, without another request', async () => {
    await open(await onSameOrigin(() => undefined));
    await heading(tab, 'Hello Ada Lovelace');
    const requested: string[] = [];
    tab.on('request', (request) => requested.push(request.url()));

    const called = await tab.evaluate(`new Promise((resolve) => {
      const called = [];
      onSessionChange(({ user }) => called.push(user.sub));
      onSessionChange(() => called.push('a removed listener'))();
      setTimeout(resolve, 100, called);
    })`);

    expect({ called, requested }).toEqual({ called: ['ada'], requested: [] });
    await profile.close(404);
  });

  it('gets an error with the status if the app fails', async () => {
    await open(await onSameOrigin(() => undefined));
    await tab.route('**/logto/session', (route) => route.fulfill({ status: 503 }));

    await expect(tab.evaluate('getSession()')).rejects.toThrow(
      /GET http:.+\/logto\/session failed with status 503/,
    );
    await profile.close(404, 503);
  });

  it('on another site stays anonymous, because the cookie is not sent', async () => {
    await open(await onOtherOrigin(() => undefined, '127.0.0.1'));

    await heading(tab, 'Not signed in');
    await profile.close(404);
  });
});
