import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CookieJar, startLogtoEmulator, type LogtoEmulator } from 'nestjs-logto/emulator';

import { Browser } from './support/browser.js';
import { answerOf, Client } from './support/client.js';
import { decode } from './support/recording.js';

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
  web = new Client(emulator, 'web', 'http://localhost:3000/callback', 'a-secret');
  cookies = new CookieJar();
}
afterEach(() => emulator.close());

const authorize = (state: string, client = web) =>
  client.authorizationUrl({ scope: 'openid offline_access', prompt: 'consent', state });
const adaIsSignedIn = () => emulator.signIn(authorize('before'), { username: 'ada', cookies });

/** A tab of the one browser: it makes one request at a time, so that a spec can say which tab's turn it is. */
class Tab {
  private url: URL;
  /** What it shows in the end; none while a redirect is to be followed. */
  shown: Awaited<ReturnType<typeof answerOf>> | undefined;

  constructor(readonly state: string) {
    this.url = authorize(state);
  }

  /** The `state` that it has come back to the application with. */
  get cameBackWith(): string | null {
    return this.url.origin === 'http://localhost:3000' ? this.url.searchParams.get('state') : null;
  }

  async step(): Promise<void> {
    if (this.shown || this.cameBackWith !== null) return;
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
    while (!this.shown && this.cameBackWith === null) await this.step();
  }
}

const sessionNotFound = {
  status: 400,
  headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  body: { code: 'session.not_found', error: 'invalid_request' },
};

describe('tabs of a signed-in browser that ask for a sign-in in the same moment', () => {
  beforeEach(async () => {
    await start();
    await adaIsSignedIn();
  });

  it('share one interaction: one comes back with the newest state, the other is told that its session is not found', async () => {
    const [older, newer] = [new Tab('older'), new Tab('newer')];
    for (let hop = 0; hop < 4; hop += 1) {
      await older.step();
      await newer.step();
    }
    expect(older.cameBackWith).toBe('newer');
    expect(newer.shown).toMatchObject(sessionNotFound);
  });

  it('share it whichever goes on first', async () => {
    const [older, newer] = [new Tab('older'), new Tab('newer')];
    await older.step();
    await newer.step();
    await newer.toTheEnd();
    await older.toTheEnd();
    expect(newer.cameBackWith).toBe('newer');
    expect(older.shown).toMatchObject(sessionNotFound);
  });

  it('share it when they are twelve: one comes back', async () => {
    const tabs = Array.from({ length: 12 }, (_, index) => new Tab(`tab-${index}`));
    for (let hop = 0; hop < 4; hop += 1) {
      for (const tab of tabs) await tab.step();
    }
    expect(tabs.map(({ cameBackWith }) => cameBackWith).filter(Boolean)).toEqual(['tab-11']);
    expect(tabs.filter(({ shown }) => shown?.body['code'] === 'session.not_found')).toHaveLength(11);
  });

  it('come back one after the other when they do not ask in the same moment', async () => {
    for (const state of ['first', 'second']) {
      const tab = new Tab(state);
      await tab.toTheEnd();
      expect(tab.cameBackWith).toBe(state);
    }
  });

  it('may ask again after they were told', async () => {
    const [older, newer] = [new Tab('older'), new Tab('newer')];
    for (const tab of [older, newer, older, newer, older, newer, older, newer]) await tab.step();
    const again = new Tab('again');
    await again.toTheEnd();
    expect(again.cameBackWith).toBe('again');
  });
});

describe('sign-in pages in two tabs of one browser', () => {
  beforeEach(() => start());

  it('share one interaction: the form that is sent finishes the newest, the other page is no longer open', async () => {
    const browser = new Browser(cookies);
    await browser.open(authorize('first'));
    await browser.open(authorize('second'));
    await browser.post({ identifier: 'ada', password: 'lovelace' });
    expect(browser.url.searchParams.get('state')).toBe('second');

    // The first tab is still on the page; going back to the application signs in at once.
    await browser.post({ identifier: 'ada', password: 'lovelace' }, {}, `${emulator.endpoint}/sign-in`);
    expect(browser.status).toBe(400);
    expect(browser.body).toContain('no longer open');
    await browser.open(authorize('first'));
    expect(browser.url.searchParams.get('state')).toBe('first');
  });
});

describe('with `sharedInteraction: false`', () => {
  beforeEach(() => start({ sharedInteraction: false }));

  it('every tab comes back with its own state while the session lives', async () => {
    await adaIsSignedIn();
    const tabs = Array.from({ length: 12 }, (_, index) => new Tab(`tab-${index}`));
    await Promise.all(tabs.map((tab) => tab.toTheEnd()));
    expect(tabs.map(({ cameBackWith }) => cameBackWith)).toEqual(tabs.map(({ state }) => state));
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

  it('two users may sign in at once, each to their own account', async () => {
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
  ])('the links of a page lead to pages of the same sign-in: %s', async (page, parameters, targets) => {
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

  it('consent is asked for on a page of its own sign-in', async () => {
    const stats = new Client(emulator, 'stats', 'http://localhost:4000/callback', 'a-secret');
    const browser = new Browser(cookies);
    await browser.open(authorize('mine', stats));
    await browser.post({ user: emulator.getUser('ada').id });
    expect(browser.url.pathname).toMatch(/^\/interaction\/[\w-]+\/consent$/);
    await new Browser(cookies).open(authorize('another', stats));
    await browser.post({ decision: 'authorize' });
    expect(browser.url.searchParams.get('state')).toBe('mine');
  });

  it('the walks without a browser find their way', async () => {
    const stats = new Client(emulator, 'stats', 'http://localhost:4000/callback', 'a-secret');
    const walks = [
      emulator.signIn(authorize('a', stats), { username: 'ada', password: 'lovelace' }),
      emulator.signIn(web.authorizationUrl({ scope: 'openid', direct_sign_in: 'sso:acme' }), {
        username: 'ada',
      }),
      emulator.signUp(authorize('c', stats), { username: 'katherine', password: 'johnson' }),
    ];
    for (const walk of walks) expect((await walk).searchParams.has('code')).toBe(true);
  });

  it('another browser cannot go on with a sign-in whose address it knows', async () => {
    const browser = new Browser(cookies);
    await browser.open(authorize('mine'));
    const stranger = new Browser();
    await stranger.open(browser.url);
    expect(stranger.status).toBe(400);
    expect(stranger.body).toContain('no longer open');
  });
});
