import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CookieJar, startLogtoEmulator, type LogtoEmulator } from 'nestjs-logto/emulator';

import { Browser } from './support/browser.js';
import { answerOf, type Client } from './support/client.js';
import { decode } from './support/recording.js';
import { webClient } from './support/web-client.js';

let emulator: LogtoEmulator;
let web: Client;
let cookies: CookieJar;

async function start(options: { sharedInteraction?: boolean } = {}): Promise<void> {
  emulator = await startLogtoEmulator({
    port: 0,
    users: [{ username: 'ada', password: 'lovelace' }, { username: 'grace' }],
    applications: [
      { id: 'web', secret: 'a-secret' },
      { id: 'stats', secret: 'a-secret', isThirdParty: true },
    ],
    ...options,
  });
  web = webClient(emulator);
  cookies = new CookieJar();
}
afterEach(() => emulator.close());

const authorize = (state: string, client = web) =>
  client.authorizationUrl({ scope: 'openid offline_access', prompt: 'consent', state });
const signAdaIn = () => emulator.signIn(authorize('before'), { username: 'ada', cookies });

/** A tab of the browser that makes one request at a time, so that a spec can interleave tabs. */
class Tab {
  private url: URL;
  /** The last page, if no redirect led back to the application. */
  shown: Awaited<ReturnType<typeof answerOf>> | undefined;

  constructor(readonly state: string) {
    this.url = authorize(state);
  }

  /** The `state` that it returned to the application with. */
  get returnedWith(): string | null {
    return this.url.origin === 'http://localhost:3000' ? this.url.searchParams.get('state') : null;
  }

  async step(): Promise<void> {
    if (this.shown || this.returnedWith !== null) return;
    const response = await fetch(this.url, {
      redirect: 'manual',
      headers: { cookie: cookies.header(this.url), accept: 'text/html' },
    });
    cookies.store(this.url, response);
    const location = response.headers.get('location');
    if (location === null) this.shown = await answerOf(response);
    else this.url = new URL(location, this.url);
  }

  async toTheEnd(): Promise<void> {
    while (!this.shown && this.returnedWith === null) await this.step();
  }
}

const sessionNotFound = {
  status: 400,
  headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  body: { code: 'session.not_found', error: 'invalid_request' },
};

describe('Tabs of a signed-in browser that start a sign-in at the same time', () => {
  beforeEach(async () => {
    await start();
    await signAdaIn();
  });

  it('share one interaction: one tab returns with the newest state, the other gets session.not_found', async () => {
    const [older, newer] = [new Tab('older'), new Tab('newer')];
    for (let hop = 0; hop < 4; hop += 1) {
      await older.step();
      await newer.step();
    }
    expect(older.returnedWith).toBe('newer');
    expect(newer.shown).toMatchObject(sessionNotFound);
  });

  it('share it whichever tab continues first', async () => {
    const [older, newer] = [new Tab('older'), new Tab('newer')];
    await older.step();
    await newer.step();
    await newer.toTheEnd();
    await older.toTheEnd();
    expect(newer.returnedWith).toBe('newer');
    expect(older.shown).toMatchObject(sessionNotFound);
  });

  it('share it when there are twelve: one tab returns', async () => {
    const tabs = Array.from({ length: 12 }, (_, index) => new Tab(`tab-${index}`));
    for (let hop = 0; hop < 4; hop += 1) {
      for (const tab of tabs) await tab.step();
    }
    expect(tabs.map(({ returnedWith }) => returnedWith).filter(Boolean)).toEqual(['tab-11']);
    expect(tabs.filter(({ shown }) => shown?.body['code'] === 'session.not_found')).toHaveLength(11);
  });

  it('all return when they start one after the other', async () => {
    for (const state of ['first', 'second']) {
      const tab = new Tab(state);
      await tab.toTheEnd();
      expect(tab.returnedWith).toBe(state);
    }
  });

  it('can start again after that error', async () => {
    const [older, newer] = [new Tab('older'), new Tab('newer')];
    for (const tab of [older, newer, older, newer, older, newer, older, newer]) await tab.step();
    const again = new Tab('again');
    await again.toTheEnd();
    expect(again.returnedWith).toBe('again');
  });
});

describe('The sign-in pages of two tabs', () => {
  beforeEach(() => start());

  it('share one interaction: the first form finishes the newest sign-in, the other one is no longer valid', async () => {
    const browser = new Browser(cookies);
    await browser.open(authorize('first'));
    await browser.open(authorize('second'));
    await browser.post({ identifier: 'ada', password: 'lovelace' });
    expect(browser.url.searchParams.get('state')).toBe('second');

    // The first tab still shows its page, and returning to the application signs in at once.
    await browser.post({ identifier: 'ada', password: 'lovelace' }, {}, `${emulator.endpoint}/sign-in`);
    expect(browser.status).toBe(400);
    expect(browser.body).toContain('no longer valid');
    await browser.open(authorize('first'));
    expect(browser.url.searchParams.get('state')).toBe('first');
  });
});

describe('With `sharedInteraction: false`', () => {
  beforeEach(() => start({ sharedInteraction: false }));

  it('every tab of a signed-in browser returns with its own state', async () => {
    await signAdaIn();
    const tabs = Array.from({ length: 12 }, (_, index) => new Tab(`tab-${index}`));
    await Promise.all(tabs.map((tab) => tab.toTheEnd()));
    expect(tabs.map(({ returnedWith }) => returnedWith)).toEqual(tabs.map(({ state }) => state));
  });

  it('every sign-in page finishes its own sign-in', async () => {
    const [first, second] = [new Browser(cookies), new Browser(cookies)];
    await first.open(authorize('first'));
    await second.open(authorize('second'));
    for (const [browser, state] of [
      [first, 'first'],
      [second, 'second'],
    ] as const) {
      await browser.post({ identifier: 'ada', password: 'lovelace' });
      expect(browser.url.searchParams.get('state')).toBe(state);
    }
  });

  it('two users can sign in at the same time, each to their own account', async () => {
    const [first, second] = [new Browser(cookies), new Browser(cookies)];
    await first.open(authorize('first'));
    await second.open(authorize('second'));
    const subjects = [];
    for (const [browser, username] of [
      [first, 'ada'],
      [second, 'grace'],
    ] as const) {
      const { id } = emulator.getUser(username);
      const url = await emulator.signIn(browser.url, { username, cookies });
      const { body } = await web.exchange(url.searchParams.get('code') ?? '');
      subjects.push([decode(body['id_token'])?.payload['sub'], id]);
    }
    for (const [subject, id] of subjects) expect(subject).toBe(id);
  });

  it.each([
    ['sign-in', {}, ['reset-password', 'register']],
    ['register', { first_screen: 'register' }, ['sign-in']],
    ['reset-password', { first_screen: 'reset_password' }, ['sign-in']],
    ['single-sign-on', { first_screen: 'single_sign_on' }, ['sign-in']],
    ['direct/social/github', { direct_sign_in: 'social:github' }, ['sign-in']],
  ])('the links of a page stay within its sign-in: %s', async (page, parameters, targets) => {
    const browser = new Browser(cookies);
    await browser.open(web.authorizationUrl({ scope: 'openid', state: 'mine', ...parameters }));
    expect(browser.url.pathname).toMatch(new RegExp(`^/interaction/[\\w-]+/${page}$`));
    await new Browser(cookies).open(authorize('another'));
    const links = [...browser.body.matchAll(/<a href="([^"]+)"/g)].map(
      ([, href = '']) => new URL(href, browser.url),
    );
    expect(links.map(({ pathname }) => pathname.replace(/^\/interaction\/[\w-]+\//, ''))).toEqual(targets);
    for (const link of links) {
      const other = new Browser(cookies);
      await other.open(link);
      expect(other.status).toBe(200);
      expect(other.url.pathname.split('/')[2]).toBe(browser.url.pathname.split('/')[2]);
    }
  });

  it('the consent page belongs to its own sign-in', async () => {
    const stats = webClient(emulator, 'stats', 'http://localhost:4000/callback');
    const browser = new Browser(cookies);
    await browser.open(authorize('mine', stats));
    await browser.post({ user: emulator.getUser('ada').id });
    expect(browser.url.pathname).toMatch(/^\/interaction\/[\w-]+\/consent$/);
    await new Browser(cookies).open(authorize('another', stats));
    await browser.post({ decision: 'authorize' });
    expect(browser.url.searchParams.get('state')).toBe('mine');
  });

  it('signIn() and signUp() work without a browser', async () => {
    const stats = webClient(emulator, 'stats', 'http://localhost:4000/callback');
    const signIns = [
      emulator.signIn(authorize('a', stats), { username: 'ada', password: 'lovelace' }),
      emulator.signIn(web.authorizationUrl({ scope: 'openid', direct_sign_in: 'sso:acme' }), {
        username: 'ada',
      }),
      emulator.signUp(authorize('c', stats), { username: 'katherine', password: 'johnson' }),
    ];
    for (const signIn of signIns) expect((await signIn).searchParams.has('code')).toBe(true);
  });

  it('another browser cannot continue a sign-in whose URL it knows', async () => {
    const browser = new Browser(cookies);
    await browser.open(authorize('mine'));
    const otherBrowser = new Browser();
    await otherBrowser.open(browser.url);
    expect(otherBrowser.status).toBe(400);
    expect(otherBrowser.body).toContain('no longer valid');
  });
});
