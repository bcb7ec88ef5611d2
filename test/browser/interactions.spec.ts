import { beforeAll, describe, expect, it } from '@jest/globals';
import { startLogtoEmulator, type LogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from './support/chromium.js';
import { closeLater } from '../support/runner/leftovers.js';

describe('Two tabs of a signed-in browser that start a sign-in at the same time', () => {
  let browser: Browser;
  let emulator: LogtoEmulator;
  let context: BrowserContext;

  beforeAll(async () => {
    browser = closeLater(await launchChromium());
  });

  /** Signs ada in at an emulator. */
  async function signAdaIn(sharedInteraction: boolean): Promise<void> {
    emulator = closeLater(
      await startLogtoEmulator({
        port: 0,
        users: [{ username: 'ada', password: 'lovelace' }],
        applications: [{ id: 'app', secret: 'a-secret' }],
        sharedInteraction,
      }),
    );
    context = closeLater(await browser.newContext());
    const page = await context.newPage();
    await page.goto(authorize('before'));
    await page.getByRole('button', { name: /^ada/i }).click();
    await page.waitForURL(/state=before/);
    await page.close();
  }

  /** The home page of the emulator is the application, since any loopback URI is accepted. */
  const authorize = (state: string) =>
    `${emulator.issuer}/auth?${new URLSearchParams({
      client_id: 'app',
      redirect_uri: `${emulator.endpoint}/`,
      response_type: 'code',
      scope: 'openid',
      prompt: 'consent',
      state,
    }).toString()}`;

  /** Starts a sign-in in each tab, and lets both continue once both have reached the authorization endpoint. */
  async function startAtOnce(tabs: Page[]): Promise<void> {
    const debuggers = await Promise.all(tabs.map((tab) => context.newCDPSession(tab)));
    const pausedRequests = debuggers.map(async (session) => {
      await session.send('Fetch.enable', {
        patterns: [{ urlPattern: '*/consent*' }, { urlPattern: '*/interaction/*' }],
      });
      return new Promise<string>((resolve) => {
        session.once('Fetch.requestPaused', ({ requestId }) => resolve(requestId));
      });
    });
    const loaded = tabs.map((tab, index) => tab.goto(authorize(`tab-${index}`)));
    const requestIds = await Promise.all(pausedRequests);
    await Promise.all(
      debuggers.map(async (session, index) => {
        await session.send('Fetch.continueRequest', { requestId: requestIds[index] ?? '' });
        await session.send('Fetch.disable');
      }),
    );
    await Promise.all(loaded);
  }

  it('share one interaction: one returns, the other one shows a JSON error', async () => {
    await signAdaIn(true);
    const tabs = [await context.newPage(), await context.newPage()];
    await startAtOnce(tabs);

    const returned = tabs.filter((tab) => new URL(tab.url()).searchParams.has('code'));
    const lost = tabs.filter((tab) => !returned.includes(tab));
    expect([returned.length, lost.length]).toEqual([1, 1]);
    const shown = JSON.parse((await lost[0]?.locator('body').textContent()) ?? '') as unknown;
    expect(shown).toMatchObject({ code: 'session.not_found' });
  });

  it('both return with their own state with `sharedInteraction: false`', async () => {
    await signAdaIn(false);
    const tabs = [await context.newPage(), await context.newPage()];
    await startAtOnce(tabs);
    const states = tabs.map((tab) => new URL(tab.url()).searchParams.get('state'));
    expect(states).toEqual(['tab-0', 'tab-1']);
  });
});
