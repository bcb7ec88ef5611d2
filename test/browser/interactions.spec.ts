import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startLogtoEmulator, type LogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from './support/chromium.js';

describe('Two tabs that ask Logto for a sign-in in the same moment, while its session lives', () => {
  let browser: Browser;
  let emulator: LogtoEmulator;
  let context: BrowserContext;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterEach(async () => {
    await context.close();
    await emulator.close();
  });
  afterAll(() => browser.close());

  /** Ada's browser, signed in at an emulator. */
  async function arrive(sharedInteraction: boolean): Promise<void> {
    emulator = await startLogtoEmulator({
      port: 0,
      users: [{ username: 'ada', password: 'lovelace' }],
      applications: [{ id: 'app', secret: 'a-secret' }],
      sharedInteraction,
    });
    context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(authorize('before'));
    await page.getByRole('button', { name: /^ada/i }).click();
    await page.waitForURL(/state=before/);
    await page.close();
  }

  /** The application is the emulator's own home page: it answers, and any loopback address may be one. */
  const authorize = (state: string) =>
    `${emulator.issuer}/auth?${new URLSearchParams({
      client_id: 'app',
      redirect_uri: `${emulator.endpoint}/`,
      response_type: 'code',
      scope: 'openid',
      prompt: 'consent',
      state,
    }).toString()}`;

  /** Sends both tabs off, and lets none go on from the authorization endpoint before the other is there as well. */
  async function askAtOnce(tabs: Page[]): Promise<void> {
    const debuggers = await Promise.all(tabs.map((tab) => context.newCDPSession(tab)));
    const held = debuggers.map(async (session) => {
      await session.send('Fetch.enable', {
        patterns: [{ urlPattern: '*/consent*' }, { urlPattern: '*/interaction/*' }],
      });
      return new Promise<string>((resolve) => {
        session.once('Fetch.requestPaused', ({ requestId }) => resolve(requestId));
      });
    });
    const loaded = tabs.map((tab, index) => tab.goto(authorize(`tab-${index}`)));
    const requestIds = await Promise.all(held);
    await Promise.all(
      debuggers.map(async (session, index) => {
        await session.send('Fetch.continueRequest', { requestId: requestIds[index] ?? '' });
        await session.send('Fetch.disable');
      }),
    );
    await Promise.all(loaded);
  }

  it('share one interaction: one comes back, the other ends at bare JSON', async () => {
    await arrive(true);
    const tabs = [await context.newPage(), await context.newPage()];
    await askAtOnce(tabs);

    const back = tabs.filter((tab) => new URL(tab.url()).searchParams.has('code'));
    const lost = tabs.filter((tab) => !back.includes(tab));
    expect([back.length, lost.length]).toEqual([1, 1]);
    const shown = JSON.parse((await lost[0]?.locator('body').textContent()) ?? '') as unknown;
    expect(shown).toMatchObject({ code: 'session.not_found' });
  });

  it('come back both, each with its own state, with `sharedInteraction: false`', async () => {
    await arrive(false);
    const tabs = [await context.newPage(), await context.newPage()];
    await askAtOnce(tabs);
    const states = tabs.map((tab) => new URL(tab.url()).searchParams.get('state'));
    expect(states).toEqual(['tab-0', 'tab-1']);
  });
});
