import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser, Page } from 'playwright-core';
import { asInMain, startApp, type TestApp } from '../support/app.js';
import { startIssuer } from '../support/issuer.js';
import { PagesController } from '../support/pages.js';
import { launchChromium } from './support/chromium.js';
import { examine } from './support/examine.js';
import { Visitor } from './support/visitor.js';

describe('Twelve tabs of a restored window, while Logto still knows the person', () => {
  let browser: Browser;
  let issuer: LogtoEmulator;
  let app: TestApp;

  beforeAll(async () => {
    browser = await launchChromium();
    issuer = await startIssuer();
    app = await startApp({ issuer, controllers: [PagesController], create: asInMain });
  });

  afterAll(async () => {
    await browser.close();
    await app.close();
    await issuer.close();
  });

  it('all end at their own page', async () => {
    const visitor = await Visitor.arrive(browser, { baseURL: app.baseUrl });
    const first = await visitor.newTab();
    await first.goto('/protected');
    await first.getByRole('button', { name: 'Ada' }).click();
    await first.getByText('hello ada').waitFor();
    // As after a night: neither the session nor that the person has just signed in.
    await visitor.forget(/^logto/);

    const tabs: Page[] = [];
    for (let tab = 1; tab <= 12; tab += 1) tabs.push(await visitor.newTab());
    await Promise.all(tabs.map((tab, index) => tab.goto(`/protected?tab=${index + 1}`)));
    await Promise.all(tabs.map((tab) => tab.getByText('hello ada').waitFor()));

    expect(tabs.map((tab) => tab.url())).toEqual(
      tabs.map((_, index) => `${app.baseUrl}/protected?tab=${index + 1}`),
    );
    // The app has no icon.
    await visitor.leave(404);
  });

  it.each(['light', 'dark'] as const)('wait on a page that anybody can read: %s', async (colorScheme) => {
    const visitor = await Visitor.arrive(browser, { baseURL: app.baseUrl, colorScheme });
    const [one, other] = [await visitor.newTab(), await visitor.newTab()];
    await one.goto('/protected?tab=1');
    // The page goes on at once: the next step is held up, so that it can be looked at.
    await other.route(/waited=1/, (route) => route.abort('aborted'));
    await other.goto('/protected?tab=2');
    await expect(other.getByRole('heading').textContent()).resolves.toBe('Signing you in');
    await examine(other, 'waiting', colorScheme);
    await visitor.leave(404);
  });
});
