import { afterAll, afterEach, beforeAll, describe, it } from '@jest/globals';
import expressSession, { type SessionOptions } from 'express-session';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser } from 'playwright-core';
import { asInMain, startApp, type TestApp } from '../support/app.js';
import { startIssuer } from '../support/issuer.js';
import { PagesController } from '../support/pages.js';
import { launchChromium } from './support/chromium.js';
import { examine } from './support/examine.js';
import { Visitor } from './support/visitor.js';

describe('A browser that refuses the session cookie', () => {
  let browser: Browser;
  let issuer: LogtoEmulator;
  let app: TestApp;

  beforeAll(async () => {
    browser = await launchChromium();
    issuer = await startIssuer();
  });

  afterEach(() => app.close());

  afterAll(async () => {
    await browser.close();
    await issuer.close();
  });

  it.each<[string, SessionOptions['cookie']]>([
    ['of another domain', { domain: 'shop.example' }],
    ['for other sites, without TLS', { sameSite: 'none' }],
  ])('%s shows one page that says so, and starts again', async (what, cookie) => {
    app = await startApp({
      issuer,
      controllers: [PagesController],
      create: asInMain,
      logto: { session: undefined },
      configure: (nest) =>
        nest.use(
          expressSession({ secret: 'a-session-secret', resave: false, saveUninitialized: false, cookie }),
        ),
    });
    const visitor = await Visitor.arrive(browser, { baseURL: app.baseUrl });
    const page = await visitor.newTab();

    await page.goto('/protected');
    await page.getByRole('button', { name: 'Ada' }).click();

    await page.getByText('session_not_kept').waitFor();
    if (what === 'of another domain') await examine(page, 'session-not-kept', 'light');
    await page.getByRole('link', { name: 'Start again' }).click();
    // Logto knows the person by now, so the second try ends as the first did, and not in a loop.
    await page.getByText('session_not_kept').waitFor();
    await visitor.leave(500);
  });
});
