import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { startLogtoEmulator, type LogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser, Page } from 'playwright-core';
import { english } from '../../src/emulator/pages/texts/english.js';
import type { Client, Parameters } from '../emulator/support/client.js';
import { webClient } from '../emulator/support/web-client.js';
import { OtherServer } from '../support/requests/other-server.js';
import { launchChromium } from './support/chromium.js';
import { examine } from './support/examine.js';
import { startSample, type Sample } from './support/sample.js';
import { BrowserProfile } from './support/browser-profile.js';
import { closeLater } from '../support/runner/leftovers.js';

const source = (path: string): Promise<string> =>
  readFile(new URL(`../../sample/web/${path}`, import.meta.url), 'utf8');

const open = { home: '/', user: '/user' };
const signedIn = {
  ...open,
  protected: '/protected',
  'user-info': '/user-info',
  'access-token': '/fetch-access-token',
  sessions: '/sessions',
  console: '/demo/console',
};
const unknownCallback = '/logto/sign-in-callback?code=lost&state=dead-dead-dead-dead-dead';

let browser: Browser;

beforeAll(async () => {
  browser = closeLater(await launchChromium());
});

describe('The web sample', () => {
  let sample: Sample;

  beforeAll(async () => {
    sample = closeLater(await startSample());
    // A second session, which the page of sessions shows.
    const otherBrowser = await BrowserProfile.create(browser, { baseURL: sample.baseUrl });
    const page = await otherBrowser.newTab();
    await page.goto('/protected');
    await otherBrowser.signIn(page, 'ada', 'lovelace');
    await otherBrowser.close();
  });

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    const newProfile = (): Promise<BrowserProfile> =>
      BrowserProfile.create(browser, { baseURL: sample.baseUrl, colorScheme });

    it('is accessible and fits wide and narrow screens for an anonymous user', async () => {
      const profile = await newProfile();
      const page = await profile.newTab();
      for (const [name, path] of Object.entries(open)) {
        await page.goto(path);
        await examine(page, `${name}-anonymous`, colorScheme);
      }
      await profile.close();
    });

    it('is accessible and fits wide and narrow screens for a signed-in user', async () => {
      const profile = await newProfile();
      const page = await profile.newTab();
      await page.goto('/protected');
      await examine(page, 'sign-in', colorScheme);
      await profile.signIn(page, 'ada', 'lovelace');
      for (const [name, path] of Object.entries(signedIn)) {
        await page.goto(path);
        await examine(page, name, colorScheme);
      }
      await page.goto('/payout');
      await examine(page, 'second-factor', colorScheme);
      await profile.enterCode(page);
      await page.getByRole('heading', { level: 1, name: 'Your deposit' }).waitFor();
      await examine(page, 'payout', colorScheme);
      await profile.close();
    });

    it('is accessible and fits wide and narrow screens after a failed sign-in', async () => {
      const profile = await newProfile();
      const page = await profile.newTab();
      await page.goto(unknownCallback);
      await examine(page, 'dead-callback', colorScheme);
      await profile.close(400);
    });

    it('is accessible and fits wide and narrow screens during sign-out, while Logto is slow', async () => {
      const profile = await newProfile();
      const page = await profile.newTab();
      await page.goto('/protected');
      await profile.signIn(page, 'ada', 'lovelace');
      await page.route(
        (url) => url.origin !== sample.baseUrl,
        (route) => route.abort('aborted'),
      );
      await page.getByRole('button', { name: 'Sign out' }).click();
      await expect(page.getByRole('heading').textContent()).resolves.toBe('Signing out');
      await examine(page, 'signing-out', colorScheme);
      await profile.close();
    });
  });
});

describe('The emulator', () => {
  let emulator: LogtoEmulator;
  let web: Client;
  let thirdParty: Client;

  beforeAll(async () => {
    const application = closeLater(
      await OtherServer.start(() => Promise.resolve({ status: 200, body: 'signed in' })),
    );
    emulator = closeLater(
      await startLogtoEmulator({
        port: 0,
        users: [
          {
            username: 'ada',
            password: 'lovelace',
            name: 'Ada Lovelace',
            roles: ['admin'],
            organizations: [{ id: 'engines' }],
          },
          { username: 'eve', primaryEmail: 'eve@example.com', isSuspended: true },
        ],
        roles: [{ name: 'admin' }],
        organizations: [{ id: 'engines', name: 'Analytical Engines' }],
        applications: [
          { id: 'shop', secret: 'a-secret', name: 'The shop' },
          { id: 'stats', secret: 'a-secret', name: 'Statistics', isThirdParty: true },
          { id: 'strict', secret: 'a-secret', redirectUris: ['https://app.example.com/callback'] },
        ],
      }),
    );
    web = webClient(emulator, 'shop', `${application.origin}/callback`);
    thirdParty = webClient(emulator, 'stats', `${application.origin}/callback`);
  });

  const authorize = (parameters: Parameters = {}, client = web): string =>
    client.authorizationUrl({ scope: 'openid', ...parameters }).href;

  it('is accessible and fits wide and narrow screens on each of its pages', async () => {
    const profile = await BrowserProfile.create(browser, { baseURL: emulator.endpoint });
    const page = await profile.newTab();
    // The page continues by itself. Without its script it stays open.
    await page.route('**/oidc/session/end?*', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace(/<script>.*<\/script>/, '') });
    });
    const go =
      (url: string): (() => Promise<unknown>) =>
      () =>
        page.goto(url);
    const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
    const scope = 'openid profile email urn:logto:scope:organizations';
    const pages: [name: string, openPage: () => Promise<unknown>, heading: string][] = [
      ['home', go('/'), english.emulator],
      ['not-found', go('/account'), english.notFound],
      ['gone', go('/sign-in'), english.signInLost],
      ['wrong-redirect', go(authorize({ client_id: 'strict' })), english.invalidRequest],
      ['register', go(authorize({ first_screen: 'register' })), english.createAccount],
      ['reset-password', go(authorize({ first_screen: 'reset_password' })), english.resetPassword],
      ['social', go(authorize({ direct_sign_in: 'social:github' })), english.continueWith('Github')],
      [
        'single-sign-on',
        go(authorize({ first_screen: 'single_sign_on' })),
        english.continueWith('Single Sign On'),
      ],
      [
        'wrong-password',
        async () => {
          await page.goto(authorize());
          await profile.signIn(page, 'ada', 'byron');
        },
        english.signIn,
      ],
      [
        'consent',
        async () => {
          await page.goto(authorize({ prompt: 'consent', scope }, thirdParty));
          await page.getByRole('button', { name: 'Ada Lovelace' }).click();
        },
        english.authorizeApplication('Statistics'),
      ],
      [
        'sign-out',
        async () => {
          await press(english.authorize);
          await page.goto('/oidc/session/end?client_id=shop');
        },
        english.signOut,
      ],
      ['signed-out', () => press(english.signOut), english.signedOut],
    ];
    for (const [name, openPage, heading] of pages) {
      await openPage();
      await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await examine(page, `emulator-${name}`, colorScheme);
      }
    }
    await profile.close(400, 404, 422);
  }, 180_000);

  describe('with the keyboard only', () => {
    /** Presses Tab until the element has a visible focus. */
    const tabTo = async (page: Page, element: string): Promise<void> => {
      const focused = page.locator(`${element}:focus-visible`);
      for (let press = 0; (await focused.count()) === 0; press += 1) {
        expect(press).toBeLessThan(10);
        await page.keyboard.press('Tab');
      }
    };

    it.each<[string, (page: Page) => Promise<void>]>([
      [
        'a password',
        async (page) => {
          await tabTo(page, '[name=identifier]');
          await page.keyboard.type('ada');
          await page.keyboard.press('Tab');
          await page.keyboard.type('lovelace');
        },
      ],
      ['the button of a user', (page) => tabTo(page, '.person')],
    ])('lets a user sign in with %s', async (_, choose) => {
      const profile = await BrowserProfile.create(browser);
      const page = await profile.newTab();
      await page.goto(authorize());
      await choose(page);
      await page.keyboard.press('Enter');
      await page.getByText('signed in').waitFor();

      expect(new URL(page.url()).searchParams.has('code')).toBe(true);
      await profile.close();
    });
  });
});

describe('The code that the sample shows', () => {
  it('is the code of its files', async () => {
    const parts = /file: '([^']+)',\s+code: `(@[^`]+)`/g;
    const shown = [...(await source('views/code-of.ts')).matchAll(parts)];
    expect(shown).toHaveLength(7);
    for (const [, file = '', code = ''] of shown) {
      const whole = (await source(file)).replaceAll(/ {2}@Header.*\n/g, '');
      const isClass = whole.includes(`\n${code}`);
      expect(whole).toContain(isClass ? code : code.replaceAll(/^(?=.)/gm, '  '));
    }
  });
});
