import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CookieJar, type LogtoEmulator } from 'nestjs-logto/emulator';
import { freePort, session, startApp, type TestApp } from '../support/app.js';
import { Browser, type Page } from '../support/browser.js';
import { Elsewhere } from '../support/elsewhere.js';
import { passTime, restoreTime } from '../support/clock.js';
import { startIssuer } from '../support/issuer.js';
import { PagesController } from '../support/pages.js';

describe('The sign-in callback', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuer();
    app = await startApp({ issuer, controllers: [PagesController] });
  });

  beforeEach(() => {
    browser = app.browser();
    issuer.resetRequests();
  });

  afterEach(() => {
    issuer.clearFaults();
    jest.useRealTimers();
    restoreTime();
  });

  afterAll(async () => {
    await app.close();
    await issuer.close();
  });

  /** A sign-in that has come as far as Logto's page. */
  async function started(path = '/logto/sign-in'): Promise<{ state: string; location: string }> {
    // Later than the sign-in of another tab, which it would otherwise wait for.
    passTime(6);
    const { location = '' } = await browser.open(path);
    return { location, state: new URL(location).searchParams.get('state') ?? '' };
  }

  const authorized = async (location: string, username = 'ada', cookies = browser.cookies): Promise<string> =>
    (await issuer.signIn(location, { username, cookies })).href;

  const who = async (of: Browser = browser): Promise<string | undefined> =>
    (await of.open('/user')).json<{ claims?: { sub: string } }>().claims?.sub;

  const stored = async (): Promise<{ id: string; cart: string | null }> =>
    (await browser.open('/session')).json();

  describe('that arrives twice', () => {
    it('makes one exchange, and both answers carry the new session with tokens that live', async () => {
      const url = await authorized((await started('/logto/sign-in?returnTo=/protected')).location);

      const answers = await Promise.all([browser.open(url), browser.open(url)]);

      expect(issuer.countRequests('token')).toBe(1);
      for (const answer of answers) {
        expect([answer.status, answer.location]).toEqual([302, `${app.baseUrl}/protected`]);
        const alone = app.browser();
        alone.cookies.store(app.baseUrl, answer);
        expect((await alone.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
      }
    });

    it('makes one exchange also when the second comes, by a browser’s retry, after the first was answered', async () => {
      const url = await authorized((await started('/logto/sign-in?returnTo=/protected')).location);
      const cookie = browser.cookies.header(app.baseUrl);

      await browser.fetch(url);
      const retried = await new Browser(app.baseUrl).fetch(url, { headers: { cookie } });

      expect([retried.status, retried.location]).toEqual([302, `${app.baseUrl}/protected`]);
      expect(issuer.countRequests('token')).toBe(1);
      const alone = app.browser();
      alone.cookies.store(app.baseUrl, retried);
      expect((await alone.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
    });

    it('keeps the first’s failure: a spent code is not sent again', async () => {
      const url = await authorized((await started()).location);
      issuer.failNext('token', { status: 500 });

      const answers = await Promise.all([browser.open(url), browser.open(url)]);

      expect(answers.map(({ status }) => status)).toEqual([503, 503]);
      expect(issuer.countRequests('token')).toBe(1);
    });

    it('keeps the app’s own data for both', async () => {
      await browser.open('/cart/add');
      const url = await authorized((await started()).location);

      await Promise.all([browser.open(url), browser.open(url)]);

      expect([(await stored()).cart, await who()]).toEqual(['a book', 'ada']);
    });

    it('does not share its outcome with a browser that did not start it', async () => {
      const url = await authorized((await started()).location);
      const stranger = app.browser();

      const [own, foreign] = await Promise.all([browser.open(url), stranger.open(url)]);

      expect(own.status).toBe(302);
      expectRefusal(foreign, 400, 'sign_in_session.not_found');
      expect(await who(stranger)).toBeUndefined();
    });
  });

  describe('of a sign-in that has finished', () => {
    it('redirects and changes nothing when a signed-in user reloads it', async () => {
      const url = await authorized((await started()).location);
      await browser.open(url);
      const before = await stored();

      const reloaded = await browser.open(url);

      expect([reloaded.status, reloaded.location]).toEqual([302, `${app.baseUrl}/`]);
      expect(reloaded.headers.getSetCookie()).toEqual([]);
      expect([await stored(), await who()]).toEqual([before, 'ada']);
      expect(issuer.countRequests('token')).toBe(1);
    });

    it('offers to start again when the user has signed out since', async () => {
      const url = await authorized((await started()).location);
      await browser.open(url);
      await browser.open('/logto/sign-out');

      expectRefusal(await browser.open(url), 400, 'sign_in_session.not_found');
    });

    it('is worth nothing to whoever replays it elsewhere', async () => {
      const url = await authorized((await started()).location);
      await browser.open(url);

      expectRefusal(await app.browser().open(url), 400, 'sign_in_session.not_found');
      expect(issuer.countRequests('token')).toBe(1);
      expect((await browser.open('/user-info')).status).toBe(200);
    });

    it('leaves no sign-in cookie behind', async () => {
      await browser.signIn(issuer);

      expect(browser.cookies.header(app.baseUrl)).not.toContain('logto-sign-in');
    });
  });

  describe('that is not this browser’s own', () => {
    it('is refused and leaves the present session untouched', async () => {
      await browser.signIn(issuer, 'bob');
      const before = await stored();
      const stranger = app.browser();
      const url = await stranger.authorize(issuer, 'ada');

      expectRefusal(await browser.open(url), 400, 'sign_in_session.not_found');

      expect([await stored(), await who()]).toEqual([before, 'bob']);
      expect((await stranger.open(url)).status).toBe(302);
    });

    it.each([
      ['no parameter at all', ''],
      ['no state', 'code=a'],
      ['an empty state', 'code=a&state='],
      ['a state that is none', 'code=a&state=%3Cscript%3E'],
      ['a state with control characters', `code=a&state=${'a'.repeat(40)}%0d%0a`],
      ['an enormous state', `code=a&state=${'a'.repeat(8000)}`],
    ])('is refused with %s', async (_, query) => {
      await browser.signIn(issuer);
      const before = await stored();

      expectRefusal(await browser.open(`/logto/sign-in-callback?${query}`), 400, 'callback_invalid');

      expect([await stored(), await who()]).toEqual([before, 'ada']);
    });

    it('is refused with a state nobody has asked for', async () => {
      await started();

      const page = await browser.open(callback({ code: 'a', state: 'a'.repeat(43), iss: issuer.issuer }));

      expectRefusal(page, 400, 'sign_in_session.not_found');
      expect(issuer.countRequests('token')).toBe(0);
    });
  });

  describe('that is malformed', () => {
    it.each(['state', 'code', 'iss', 'error'])('is refused when %s is doubled', async (name) => {
      const { location, state } = await started();
      const url = new URL(
        name === 'error' ? callback({ state, error: 'login_required' }) : await authorized(location),
        app.baseUrl,
      );
      url.searchParams.append(name, url.searchParams.get(name) ?? '');

      expectRefusal(await browser.open(url.href), 400, 'callback_invalid');
      expect(issuer.countRequests('token')).toBe(0);
    });

    it('is refused when it brings neither a code nor an error', async () => {
      const { state } = await started();

      expectRefusal(await browser.open(callback({ state, iss: issuer.issuer })), 400, 'callback_invalid');
    });

    it.each([
      ['another issuer', 'https://evil.example/oidc'],
      ['no issuer', undefined],
    ])('is refused when it comes from %s', async (_, iss) => {
      const url = new URL(await authorized((await started()).location));
      if (iss === undefined) url.searchParams.delete('iss');
      else url.searchParams.set('iss', iss);

      expectRefusal(await browser.open(url.href), 400, 'callback_invalid');
      expect([issuer.countRequests('token'), await who()]).toEqual([0, undefined]);
    });

    it('takes the error where there is a code as well', async () => {
      const url = new URL(await authorized((await started()).location));
      url.searchParams.set('error', 'access_denied');

      expectRefusal(await browser.open(url.href), 403, 'access_denied');
      expect(issuer.countRequests('token')).toBe(0);
    });
  });

  describe('that brings a refusal', () => {
    it.each([
      ['access_denied', 403, 'access_denied'],
      ['login_required', 401, 'login_required'],
      ['invalid_target', 401, 'invalid_target'],
      ['invalid_client', 401, 'invalid_client'],
      ['server_error', 503, 'server_error'],
      ['temporarily_unavailable', 503, 'temporarily_unavailable'],
      ['<script>alert(1)</script>', 401, 'authorization_refused'],
    ])('%s is answered %i, and the present session is untouched', async (error, status, code) => {
      await browser.signIn(issuer, 'bob');
      const before = await stored();
      const { state } = await started();

      const page = await browser.open(
        callback({ state, error, error_description: '<img src=x onerror=alert(2)>', iss: issuer.issuer }),
      );

      expect([page.status, /<code>(.*)<\/code>/.exec(page.text)?.[1]]).toEqual([status, code]);
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.text).not.toMatch(/<script|<img|onerror/);
      expect([await stored(), await who()]).toEqual([before, 'bob']);
    });

    it('is told to a program as a problem', async () => {
      const { state } = await started();
      const url = callback({ state, error: 'access_denied', iss: issuer.issuer });

      const page = await browser.fetch(url);

      expect(page.headers.get('content-type')).toContain('application/problem+json');
      expect([page.status, page.json()]).toEqual([
        403,
        expect.objectContaining({ status: 403, code: 'access_denied', title: 'Forbidden' }),
      ]);
    });

    it('can be followed by a new start that succeeds', async () => {
      const { state } = await started();
      await browser.open(callback({ state, error: 'access_denied', iss: issuer.issuer }));

      await browser.signIn(issuer);

      expect(await who()).toBe('ada');
    });
  });

  describe('of a silent sign-in', () => {
    it('comes back anonymous to the page when nobody is signed in at Logto', async () => {
      const page = await browser.signIn(issuer, 'ada', '/logto/sign-in?prompt=none&returnTo=/user');

      expect([page.status, page.location]).toEqual([302, `${app.baseUrl}/user`]);
      expect(await who()).toBeUndefined();
      expect(issuer.countRequests('token')).toBe(0);
    });

    it('signs in without a page when somebody is', async () => {
      await browser.signIn(issuer, 'ada');
      const elsewhere = app.browser();
      const { location = '' } = await elsewhere.open('/logto/sign-in?prompt=none&returnTo=/user');

      const url = await issuer.signIn(location, { username: 'bob', cookies: browser.cookies });
      const page = await elsewhere.open(url.href);

      expect([page.location, await who(elsewhere)]).toEqual([`${app.baseUrl}/user`, 'ada']);
    });

    it('is still told of what is no question of who is there', async () => {
      const { state } = await started('/logto/sign-in?prompt=none');

      expectRefusal(
        await browser.open(callback({ state, error: 'access_denied', iss: issuer.issuer })),
        403,
        'access_denied',
      );
    });
  });

  describe('whose exchange fails', () => {
    it.each([
      ['500', { status: 500 }],
      ['a page of HTML', { status: 200, body: '<html>maintenance</html>', contentType: 'text/html' }],
      ['half an answer', { status: 200, body: '{"access_token":"a', contentType: 'application/json' }],
      ['a cut connection', { destroy: true }],
      [
        'an endless answer',
        { status: 200, body: `{"a":"${'a'.repeat(2_000_000)}"}`, contentType: 'application/json' },
      ],
    ])('with %s is answered 503, signs nobody in, and works when started again', async (_, fault) => {
      await browser.signIn(issuer, 'bob');
      const url = await authorized((await started()).location, 'ada', new CookieJar());
      issuer.failNext('token', fault);

      expectRefusal(await browser.open(url), 503, 'provider_unavailable');
      expect(await who()).toBe('bob');
      await browser.signIn(issuer, 'bob');
      expect(await who()).toBe('bob');
    });

    it('with a redirect is answered 503, and the code goes nowhere else', async () => {
      const elsewhere = await Elsewhere.start();
      for (const status of [302, 307]) {
        const url = await authorized((await started()).location);
        issuer.failNext('token', { status, headers: { location: elsewhere.origin }, body: '' });

        expectRefusal(await browser.open(url), 503, 'provider_unavailable');
      }
      expect(elsewhere.requests).toEqual([]);
      await elsewhere.close();
    });

    it('by a stall is answered 503 once the timeout has passed', async () => {
      const hasty = await startApp({
        issuer,
        controllers: [PagesController],
        logto: { http: { timeout: 300 } },
      });
      const visitor = hasty.browser();
      // The documents are fetched before, however long it takes: what stalls is the exchange.
      while ((await visitor.open('/logto/sign-in')).status !== 302);
      const url = await visitor.authorize(issuer);
      issuer.failNext('token', { delay: Number.POSITIVE_INFINITY });

      expectRefusal(await visitor.open(url), 503, 'provider_timeout');
      expect(issuer.countRequests('token')).toBe(1);
      await hasty.close();
    });

    it('with a refused code is answered 401', async () => {
      const url = new URL(await authorized((await started()).location));
      url.searchParams.set('code', 'not-the-code');

      expectRefusal(await browser.open(url.href), 401, 'invalid_grant');
    });

    it('because the application is refused is answered 503: the visitor cannot mend it', async () => {
      const url = await authorized((await started()).location);
      issuer.failNext('token', { status: 401, body: { error: 'invalid_client' } });

      expect((await browser.open(url)).status).toBe(503);
    });

    it.each([
      ['without an ID token', (answer: Record<string, unknown>) => ({ ...answer, id_token: undefined })],
      [
        'with a token that is no bearer token',
        (answer: Record<string, unknown>) => ({ ...answer, token_type: 'DPoP' }),
      ],
      [
        'with an ID token that is another’s but for the signature',
        (answer: Record<string, unknown>) => ({ ...answer, id_token: renamed(String(answer.id_token)) }),
      ],
      [
        'with half an ID token',
        (answer: Record<string, unknown>) => ({ ...answer, id_token: String(answer.id_token).slice(0, 300) }),
      ],
      [
        'with an ID token that is none',
        (answer: Record<string, unknown>) => ({ ...answer, id_token: 'bm90.YW4.aWQgdG9rZW4' }),
      ],
      [
        'with an unsigned ID token',
        (answer: Record<string, unknown>) => ({ ...answer, id_token: unsigned(String(answer.id_token)) }),
      ],
    ])('with an answer %s is answered 4xx, and signs nobody in', async (_, change) => {
      const url = await authorized((await started()).location);
      issuer.failNext('token', {
        transform: (response) => ({
          ...response,
          body: JSON.stringify(change(JSON.parse(response.body) as Record<string, unknown>)),
        }),
      });

      const page = await browser.open(url);

      expect(page.status).toBe(401);
      expect(page.text).toMatch(/<code>(id_token_invalid|provider_answer_invalid)<\/code>/);
      expect(await who()).toBeUndefined();
    });
  });

  describe('with several sign-ins under way', () => {
    it('takes each tab to its own page, in any order, all signed in', async () => {
      const first = await started('/logto/sign-in?returnTo=/protected?tab=1');
      const second = await started('/logto/sign-in?returnTo=/protected?tab=2');
      const firstUrl = await authorized(first.location);
      const secondUrl = await authorized(second.location);

      expect((await browser.open(secondUrl)).location).toBe(`${app.baseUrl}/protected?tab=2`);
      expect(await who()).toBe('ada');
      expect((await browser.open(firstUrl)).location).toBe(`${app.baseUrl}/protected?tab=1`);
      expect((await browser.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
    });

    it('finishes them at the same time', async () => {
      const tabs = [await started('/logto/sign-in?returnTo=/a'), await started('/logto/sign-in?returnTo=/b')];
      const urls = [await authorized(tabs[0]?.location ?? ''), await authorized(tabs[1]?.location ?? '')];

      const answers = await Promise.all(urls.map((url) => browser.open(url)));

      expect(answers.map(({ location }) => location)).toEqual([`${app.baseUrl}/a`, `${app.baseUrl}/b`]);
      expect((await browser.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
    });

    it('keeps the newest five', async () => {
      const locations: string[] = [];
      for (let tab = 0; tab < 6; tab += 1)
        locations.push((await started(`/logto/sign-in?returnTo=/tab/${tab}`)).location);
      expect(browser.cookies.header(app.baseUrl).match(/logto-sign-in\./g)).toHaveLength(5);

      const ends: (string | number)[] = [];
      for (const location of locations) {
        const page = await browser.open(await authorized(location));
        ends.push(page.location ?? page.status);
      }

      expect(ends).toEqual([400, ...[1, 2, 3, 4, 5].map((tab) => `${app.baseUrl}/tab/${tab}`)]);
    });

    it('forgets one that failed', async () => {
      const url = new URL(await authorized((await started()).location));
      url.searchParams.set('code', 'not-the-code');
      expect(browser.cookies.header(app.baseUrl)).toContain('logto-sign-in');

      expect((await browser.open(url.href)).status).toBe(401);
      expect(browser.cookies.header(app.baseUrl)).not.toContain('logto-sign-in');
    });

    it('does not let one that failed end the others', async () => {
      const failed = await started();
      const { location } = await started('/logto/sign-in?returnTo=/protected');
      await browser.open(callback({ state: failed.state, error: 'access_denied', iss: issuer.issuer }));

      expect((await browser.open(await authorized(location))).location).toBe(`${app.baseUrl}/protected`);
    });
  });

  describe('with a sign-in cookie', () => {
    it('that somebody changed is refused', async () => {
      const url = await authorized((await started()).location);
      const cookie = /(logto-sign-in[^=]*)=([^;]*)/.exec(browser.cookies.header(app.baseUrl)) ?? [];
      browser.cookies.store(app.baseUrl, setCookie(`${cookie[1]}=${tampered(cookie[2] ?? '')}`));

      expectRefusal(await browser.open(url), 400, 'sign_in_session.invalid');
      expect(browser.cookies.header(app.baseUrl)).not.toContain('logto-sign-in');
      expect(issuer.countRequests('token')).toBe(0);
    });

    it('of another sign-in under its own’s name is refused', async () => {
      const first = await authorized((await started()).location);
      const names = [...browser.cookies.header(app.baseUrl).matchAll(/logto-sign-in[^=;]*/g)].map(String);
      await started();
      const cookies = browser.cookies.header(app.baseUrl).split('; ');
      const other = cookies.find(
        (cookie) => cookie.includes('logto-sign-in') && !cookie.startsWith(names[0] ?? '-'),
      );
      browser.cookies.store(app.baseUrl, setCookie(`${names[0]}=${other?.split('=')[1]}`));

      expectRefusal(await browser.open(first), 400, 'sign_in_session.invalid');
    });

    it.each([
      ['beside the old one is taken', ['the-new-secret', session.secret], 302],
      ['in place of the old one is refused', ['the-new-secret'], 400],
    ])('sealed before a new session secret was set %s', async (_, secret, status) => {
      const parts = { issuer, controllers: [PagesController], port: await freePort() };
      const before = await startApp(parts);
      const person = before.browser();
      const url = await person.authorize(issuer);
      await before.close();

      const after = await startApp({ ...parts, logto: { session: { secret } } });
      expect((await person.open(url)).status).toBe(status);
      expect(await who(person)).toBe(status === 302 ? 'ada' : undefined);
      await after.close();
    });

    it('that is older than an hour is refused', async () => {
      const url = await authorized((await started()).location);
      const cookie = browser.cookies.header(app.baseUrl);
      jest.useFakeTimers({ now: Date.now() + 3601_000, doNotFake: timers });

      expectRefusal(await browser.open(url, { cookie }), 400, 'sign_in_session.invalid');
    });

    it('that is a little younger is not', async () => {
      const { location } = await started();
      jest.useFakeTimers({ now: Date.now() + 3590_000, doNotFake: timers });

      expect((await browser.open(await authorized(location))).status).toBe(302);
    });
  });

  describe('and the session', () => {
    it('gets a new id: one that was planted before the sign-in is dead after it', async () => {
      await browser.open('/cart/add');
      const before = await stored();
      const planted = app.browser();
      planted.cookies.store(app.baseUrl, {
        headers: new Headers([['set-cookie', `${browser.cookies.header(app.baseUrl)}; Path=/`]]),
      });
      expect((await planted.open('/session')).json()).toEqual(before);

      await browser.signIn(issuer);

      expect((await stored()).id).not.toBe(before.id);
      expect(await who(planted)).toBeUndefined();
      expect((await planted.open('/session')).json()).toMatchObject({ cart: null });
    });

    it('keeps what the app stored for the anonymous visitor', async () => {
      await browser.open('/cart/add');
      await browser.signIn(issuer, 'ada');

      expect((await stored()).cart).toBe('a book');
    });

    it('keeps what the app stored for the same user, under a new id again', async () => {
      await browser.signIn(issuer, 'ada');
      await browser.open('/cart/add');
      const before = await stored();
      await browser.signIn(issuer, 'ada');

      const after = await stored();
      expect([after.cart, await who()]).toEqual(['a book', 'ada']);
      expect(after.id).not.toBe(before.id);
    });

    it('shows a second user of the browser nothing of what the app stored for the first', async () => {
      await browser.signIn(issuer, 'ada');
      await browser.open('/cart/add');
      const { location } = await started();
      await browser.open(await authorized(location, 'bob', new CookieJar()));

      expect([(await stored()).cart, await who()]).toEqual([null, 'bob']);
    });

    it('shows them nothing either when Logto had ended the first’s sign-in in between', async () => {
      await browser.signIn(issuer, 'ada');
      await browser.open('/cart/add');
      issuer.revokeGrants('ada');
      expect((await browser.open('/user-info')).status).toBe(302);
      const { location } = await started();
      await browser.open(await authorized(location, 'bob', new CookieJar()));

      expect([(await stored()).cart, await who()]).toEqual([null, 'bob']);
    });

    it('revokes nothing at Logto when the same browser signs in again: the grant is shared', async () => {
      await browser.signIn(issuer, 'ada');
      await browser.signIn(issuer, 'ada');

      expect(issuer.countRequests('revocation')).toBe(0);
      expect((await browser.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
    });
  });

  it.each([
    ['a prefetch', { 'sec-purpose': 'prefetch' }],
    ['an image', { 'sec-fetch-dest': 'image' }],
  ])('is not spent by %s', async (_, headers) => {
    const url = await authorized((await started()).location);

    expect((await browser.open(url, headers)).status).toBe(403);
    expect((await browser.open(url)).status).toBe(302);
    expect(await who()).toBe('ada');
  });

  it('has no body parser, cookie or header of the visitor’s decide where it comes from', async () => {
    const url = await authorized((await started()).location);

    const page = await browser.open(url, { host: 'evil.example', 'x-forwarded-host': 'evil.example' });

    expect([page.status, page.headers.get('location')]).toEqual([302, app.baseUrl]);
    expect(issuer.requests('token')[0]?.body.redirect_uri).toBe(`${app.baseUrl}/logto/sign-in-callback`);
  });

  describe('after the signing keys were rotated', () => {
    let rotating: LogtoEmulator;
    let own: TestApp;

    beforeEach(async () => {
      rotating = await startIssuer();
      own = await startApp({ issuer: rotating, controllers: [PagesController] });
    });

    afterEach(async () => {
      await own.close();
      await rotating.close();
    });

    it.each([
      ['to another algorithm', { algorithm: 'RS256' }],
      ['to another algorithm without a way back', { algorithm: 'RS256', keepPrevious: false }],
      ['to another key of the same algorithm', { keepPrevious: false }],
    ] as const)('%s, finishes the sign-ins under way with the one code they have', async (_, rotation) => {
      await own.browser().signIn(rotating, 'bob');
      const visitor = own.browser();
      const url = await visitor.authorize(rotating, 'ada');
      rotating.resetRequests();
      await rotating.rotateSigningKeys(rotation);

      expect((await visitor.open(url)).status).toBe(302);

      expect(rotating.countRequests('token')).toBe(1);
      expect((await visitor.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
      const next = own.browser();
      await next.signIn(rotating, 'bob');
      expect((await next.open('/protected')).text).toBe('hello bob');
    });
  });
});

function callback(parameters: Record<string, string>): string {
  return `/logto/sign-in-callback?${new URLSearchParams(parameters).toString()}`;
}

/** What the visitor of a refused callback sees, and what a script does. */
function expectRefusal(page: Page, status: number, code: string): void {
  expect([page.status, /<code>(.*)<\/code>/.exec(page.text)?.[1]]).toEqual([status, code]);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(page.text).toContain('href="/logto/sign-in"');
}

function setCookie(cookie: string): Pick<Response, 'headers'> {
  return { headers: new Headers({ 'set-cookie': `${cookie}; Path=/` }) };
}

/** Timers that stay real when only the clock is moved. */
const timers: (
  | 'nextTick'
  | 'hrtime'
  | 'performance'
  | 'queueMicrotask'
  | `${'set' | 'clear'}${'Immediate' | 'Interval' | 'Timeout'}`
)[] = [
  'nextTick',
  'hrtime',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
];

/** The same value with a letter in its middle changed. */
function tampered(value: string): string {
  const middle = Math.floor(value.length / 2);
  return `${value.slice(0, middle)}${value[middle] === 'A' ? 'B' : 'A'}${value.slice(middle + 1)}`;
}

function renamed(idToken: string): string {
  const [header, payload = '', signature] = idToken.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'bob' })).toString('base64url');
  return [header, changed, signature].join('.');
}

function unsigned(idToken: string): string {
  const [, payload] = idToken.split('.');
  return `${Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')}.${payload}.`;
}
