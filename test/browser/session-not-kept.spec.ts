import { beforeAll, describe, it } from '@jest/globals';
import type { SessionOptions } from 'express-session';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser } from 'playwright-core';
import { asInMain, startApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { ownSession } from '../support/app/own-session.js';
import { PagesController } from '../support/requests/pages.js';
import { launchChromium } from './support/chromium.js';
import { examine } from './support/examine.js';
import { BrowserProfile } from './support/browser-profile.js';
import { closeLater } from '../support/runner/leftovers.js';

describe('A session cookie that browsers reject', () => {
  let browser: Browser;
  let issuer: LogtoEmulator;

  beforeAll(async () => {
    browser = closeLater(await launchChromium());
    issuer = await startIssuer();
  });

  it.each<[string, SessionOptions['cookie']]>([
    ['with another domain', { domain: 'shop.example' }],
    ['with sameSite: none over http', { sameSite: 'none' }],
  ])('%s leads to an error page, from which the sign-in can be started again', async (what, cookie) => {
    const app = await startApp({
      issuer,
      controllers: [PagesController],
      create: asInMain,
      logto: { session: undefined },
      configure: (nest) => nest.use(ownSession({ cookie })),
    });
    const profile = await BrowserProfile.create(browser, { baseURL: app.baseUrl });
    const page = await profile.newTab();

    await page.goto('/protected');
    await page.getByRole('button', { name: 'Ada' }).click();

    await page.getByText('session_not_kept').waitFor();
    if (what === 'with another domain') await examine(page, 'session-not-kept', 'light');
    await page.getByRole('link', { name: 'Start again' }).click();
    // The user is signed in at Logto now, so the second try must end like the first one and not in a loop.
    await page.getByText('session_not_kept').waitFor();
    await profile.close(500);
  });
});
