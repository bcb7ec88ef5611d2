import { request } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Prompt, UserScope, type LogtoModuleOptions } from 'nestjs-logto';
import { startApp, type TestApp } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { application, resource, startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';

const signInCookies = (page: Page): string[] =>
  page.headers.getSetCookie().filter((cookie) => cookie.includes('logto-sign-in.'));

const issuer = await startIssuer();
const app = await startApp({ issuer, controllers: [PagesController] });

/** The parameters that the app sends to Logto's sign-in. */
function sentBy(page: Page): URLSearchParams {
  expect([page.status, page.text]).toEqual([302, expect.anything()]);
  const url = new URL(page.location ?? '');
  expect(`${url.origin}${url.pathname}`).toBe(`${issuer.issuer}/auth`);
  return url.searchParams;
}

describe('The sign-in route', () => {
  describe('with the default options', () => {
    let browser: Browser;

    beforeEach(() => {
      browser = app.browser();
      issuer.resetRequests();
    });

    it('leads from a protected page to Logto and back to that page, signed in', async () => {
      const refused = await browser.open('/protected?tab=1');
      expect(refused.status).toBe(302);
      expect(refused.location).toBe(`${app.baseUrl}/logto/sign-in?returnTo=%2Fprotected%3Ftab%3D1`);

      const callback = await browser.signIn(issuer, 'ada', refused.location);
      expect(callback.status).toBe(302);
      expect(callback.location).toBe(`${app.baseUrl}/protected?tab=1`);
      expect((await browser.open('/protected?tab=1')).text).toBe('hello ada');
    });

    it('sends PKCE, a state, a nonce, consent and the reserved scopes', async () => {
      const sent = sentBy(await browser.open('/logto/sign-in'));

      expect(Object.fromEntries(sent)).toEqual({
        client_id: application.id,
        redirect_uri: `${app.baseUrl}/logto/sign-in-callback`,
        response_type: 'code',
        scope: 'openid offline_access profile',
        prompt: 'consent',
        code_challenge: expect.stringMatching(/^[\w-]{43}$/),
        code_challenge_method: 'S256',
        state: expect.stringMatching(/^[\w-]{43}$/),
        nonce: expect.stringMatching(/^[\w-]{43}$/),
      });
    });

    it('sends a new state, nonce and challenge for every sign-in', async () => {
      const [first, second] = [
        sentBy(await browser.open('/logto/sign-in')),
        sentBy(await browser.open('/logto/sign-in')),
      ];

      for (const name of ['state', 'nonce', 'code_challenge']) {
        expect(first.get(name)).not.toBe(second.get(name));
      }
    });

    it('exchanges the code with the client secret in a header and the code verifier', async () => {
      await browser.signIn(issuer);

      const [exchange] = issuer.requests('token');
      const [scheme, credentials = ''] = String(exchange?.headers.authorization).split(' ');
      const [id, secret] = Buffer.from(credentials, 'base64').toString().split(':').map(decodeURIComponent);
      expect([scheme, id, secret]).toEqual(['Basic', application.id, application.secret]);
      expect(exchange?.body).toEqual({
        grant_type: 'authorization_code',
        code: expect.any(String),
        code_verifier: expect.stringMatching(/^[\w-]{43}$/),
        redirect_uri: `${app.baseUrl}/logto/sign-in-callback`,
      });
    });

    it('keeps the sign-in in one encrypted cookie and stores nothing on the server', async () => {
      const page = await browser.open('/logto/sign-in?returnTo=/protected');

      expect(page.headers.getSetCookie()).toEqual(signInCookies(page));
      const [cookie = ''] = signInCookies(page);
      const [value, ...attributes] = cookie.split('; ');
      expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Lax', 'Path=/']));
      expect(attributes).toContain('Max-Age=3600');
      expect(attributes).not.toContain('Secure');
      const readable = Buffer.from(value ?? '', 'base64').toString('latin1') + cookie;
      expect(readable).not.toContain('protected');
      expect(cookie).not.toContain(sentBy(page).get('state'));
    });

    it('forbids caching, and so does the callback', async () => {
      const signIn = await browser.open('/logto/sign-in');
      const callback = await browser.open(
        (await issuer.signIn(signIn.location ?? '', { username: 'ada' })).href,
      );

      expect(signIn.headers.get('cache-control')).toBe('no-store');
      expect(callback.headers.get('cache-control')).toBe('no-store');
    });

    it('passes on Logto’s parameters from the query', async () => {
      const asked = {
        first_screen: 'identifier:sign_in',
        identifier: 'email phone',
        direct_sign_in: 'social:google',
        login_hint: 'ada@example.com',
        ui_locales: 'de fr',
        organization_id: 'org_1',
      };
      const sent = sentBy(await browser.open(`/logto/sign-in?${new URLSearchParams(asked).toString()}`));

      expect(Object.fromEntries(sent)).toMatchObject(asked);
    });

    it('adds the prompt of the query to `consent`, without which there is no refresh token', async () => {
      const sent = sentBy(await browser.open('/logto/sign-in?prompt=login'));

      expect(sent.get('prompt')?.split(' ').toSorted()).toEqual(['consent', 'login']);
    });

    it('sends prompt=none alone', async () => {
      expect(sentBy(await browser.open('/logto/sign-in?prompt=none')).get('prompt')).toBe('none');
      expect(sentBy(await browser.open('/logto/sign-in?prompt=none%20login')).get('prompt')).toBe('none');
    });

    it.each([
      ['an unknown value', 'first_screen=evil&identifier=shoe&direct_sign_in=oops&prompt=create'],
      ['a connector name that is a path', 'direct_sign_in=social:a%20b%2F..'],
      ['a parameter given twice', 'login_hint=a&login_hint=b'],
      ['an enormous value', `login_hint=${'a'.repeat(5000)}`],
      [
        'a parameter that the query may not set',
        'scope=all&client_id=other&redirect_uri=https://evil.example',
      ],
    ])('leaves out %s', async (_, query) => {
      const plain = sentBy(await browser.open('/logto/sign-in'));
      const sent = sentBy(await browser.open(`/logto/sign-in?${query}`));

      for (const random of ['state', 'nonce', 'code_challenge']) sent.set(random, plain.get(random) ?? '');
      expect(Object.fromEntries(sent)).toEqual(Object.fromEntries(plain));
    });

    it('ignores a one-time token in the query: an attacker’s would sign the user in as the attacker', async () => {
      const token = issuer.createOneTimeToken('ada@example.com');
      const query = new URLSearchParams({ one_time_token: token, login_hint: 'ada@example.com' });

      expect(sentBy(await browser.open(`/logto/sign-in?${query.toString()}`)).has('one_time_token')).toBe(
        false,
      );
    });

    it('shows the registration first at /logto/sign-up, whatever the query says', async () => {
      expect(sentBy(await app.browser().open('/logto/sign-up')).get('first_screen')).toBe('register');
      const sent = sentBy(
        await browser.open('/logto/sign-up?first_screen=sign_in&ui_locales=fr&returnTo=/protected'),
      );
      expect([sent.get('first_screen'), sent.get('ui_locales')]).toEqual(['register', 'fr']);

      const callback = await app.browser().signIn(issuer, 'ada', '/logto/sign-up?returnTo=/protected');
      expect(callback.location).toBe(`${app.baseUrl}/protected`);
    });

    it('does not affect a signed-in user until the new sign-in has finished', async () => {
      await browser.signIn(issuer, 'ada');
      const before = (await browser.open('/session')).json<{ id: string }>().id;

      sentBy(await browser.open('/logto/sign-in'));

      expect((await browser.open('/protected')).text).toBe('hello ada');
      expect((await browser.open('/session')).json<{ id: string }>().id).toBe(before);
    });

    it.each([
      ['a prefetch', { 'sec-purpose': 'prefetch', 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'no-cors' }],
      ['a prerender', { 'sec-purpose': 'prefetch;prerender' }],
      ['a prefetch by an older browser', { purpose: 'prefetch' }],
      ['a prefetch by an older Firefox', { 'x-moz': 'prefetch' }],
      ['a preview by an older Safari', { 'x-purpose': 'preview' }],
      ['an image', { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' }],
      ['a script', { 'sec-fetch-dest': 'script', 'sec-fetch-mode': 'no-cors' }],
    ])('does not start a sign-in for %s', async (_, headers) => {
      for (const path of ['/logto/sign-in', '/logto/sign-up']) {
        const page = await browser.open(path, headers);
        expect(page.status).toBe(403);
        expect(page.headers.getSetCookie()).toEqual([]);
        expect(page.headers.get('cache-control')).toBe('no-store');
      }
    });

    it('does not start a sign-in for the HEAD request of a link checker', async () => {
      const page = await browser.fetch('/logto/sign-in', { method: 'HEAD' });

      expect([page.status, page.headers.getSetCookie()]).toEqual([403, []]);
    });

    it('redirects to the host name of baseUrl first, from another loopback name', async () => {
      const { port } = new URL(app.baseUrl);
      const moved = await browser.open(
        `http://127.0.0.1:${port}/logto/sign-in?returnTo=%2Fprotected&prompt=login`,
      );

      expect([moved.status, moved.headers.getSetCookie()]).toEqual([302, []]);
      const target = new URL(moved.location ?? '');
      expect(`${target.origin}${target.pathname}`).toBe(`${app.baseUrl}/logto/sign-in`);
      const callback = await browser.signIn(issuer, 'ada', target.href);
      expect(callback.location).toBe(`${app.baseUrl}/protected`);
      expect((await browser.open('/protected')).text).toBe('hello ada');
    });

    it('redirects to that host name at most once, since a proxy may rewrite it each time', async () => {
      const moved = await browser.open('/logto/sign-in', { host: '127.0.0.1:9' });
      expect(moved.status).toBe(302);

      sentBy(await browser.open(moved.location ?? '', { host: '127.0.0.1:9' }));
    });

    it('does not redirect if a proxy has rewritten the host name to one that is not a loopback name', async () => {
      sentBy(await browser.open('/logto/sign-in', { host: 'app.internal:8080' }));
    });

    it('takes the redirect URI from baseUrl and not from headers', async () => {
      const sent = sentBy(
        await browser.open('/logto/sign-in', {
          host: 'evil.example',
          'x-forwarded-host': 'evil.example',
          'x-forwarded-proto': 'https',
          forwarded: 'host=evil.example',
        }),
      );

      expect(sent.get('redirect_uri')).toBe(`${app.baseUrl}/logto/sign-in-callback`);
    });

    it('accepts an absolute request target', async () => {
      const location = await new Promise<string | undefined>((resolve, reject) => {
        const path = 'http://evil.example/logto/sign-in';
        request(app.baseUrl, { path, headers: { host: '127.0.0.1' } }, (response) => {
          response.resume();
          resolve(response.headers.location);
        })
          .on('error', reject)
          .end();
      });

      expect(location).toMatch(new RegExp(`^(${app.baseUrl}/logto/sign-in|${issuer.issuer}/auth)\\?`));
    });
  });

  describe('with other options', () => {
    const appWith = (logto: Partial<LogtoModuleOptions>): Promise<TestApp> =>
      startApp({ issuer, controllers: [PagesController], logto });

    async function sentWith(
      logto: Partial<LogtoModuleOptions>,
      path = '/logto/sign-in',
    ): Promise<URLSearchParams> {
      return sentBy(await (await appWith(logto)).browser().open(path));
    }

    it('sends the scopes and every resource of the options', async () => {
      const sent = await sentWith({
        scopes: [UserScope.Email, 'read:things', 'profile'],
        resources: [resource, 'https://other.example.com'],
      });

      expect(sent.get('scope')).toBe('openid offline_access profile email read:things');
      expect(sent.getAll('resource')).toEqual([resource, 'https://other.example.com']);
    });

    it('sends the organizations resource with the organizations scope', async () => {
      const sent = await sentWith({ scopes: [UserScope.Organizations] });

      expect(sent.getAll('resource')).toEqual(['urn:logto:resource:organizations']);
    });

    it('leaves out the reserved scopes with includeReservedScopes: false', async () => {
      const sent = await sentWith({ includeReservedScopes: false, scopes: ['openid', 'email'] });

      expect(sent.get('scope')).toBe('openid email');
    });

    it('sends signInOptions, which the query overrides', async () => {
      const signInOptions: LogtoModuleOptions['signInOptions'] = {
        firstScreen: 'identifier:register',
        identifiers: ['email', 'username'],
        directSignIn: { method: 'sso', target: 'connector-1' },
        uiLocales: 'de',
        loginHint: 'ada',
        organizationId: 'org_1',
        maxAge: 600,
        extraParams: { theme: 'dark' },
      };
      const sent = await sentWith({ signInOptions }, '/logto/sign-in?ui_locales=fr');

      expect(Object.fromEntries(sent)).toMatchObject({
        first_screen: 'identifier:register',
        identifier: 'email username',
        direct_sign_in: 'sso:connector-1',
        ui_locales: 'fr',
        login_hint: 'ada',
        organization_id: 'org_1',
        max_age: '600',
        theme: 'dark',
      });
    });

    it.each([
      ['a younger sign-in', '60', '60'],
      ['an older sign-in', '86400', '600'],
      ['a negative age', '-1', '600'],
      ['an age that is not a whole number', '1e9', '600'],
    ])('answers a query for %s (max_age=%s) with max_age=%s', async (_, asked, sent) => {
      const found = await sentWith({ signInOptions: { maxAge: 600 } }, `/logto/sign-in?max_age=${asked}`);

      expect(found.getAll('max_age')).toEqual([sent]);
    });

    it.each([
      ['one prompt', Prompt.Login, 'login'],
      ['several prompts', [Prompt.Login, Prompt.Consent], 'login consent'],
    ])('sends %s from the options', async (_, prompt, sent) => {
      expect((await sentWith({ prompt })).get('prompt')).toBe(sent);
    });

    it('signs in as a public client without appSecret', async () => {
      issuer.setApplication({ id: 'public-app', type: 'Native' });
      const own = await appWith({ appId: 'public-app', appSecret: undefined });
      issuer.resetRequests();
      const visitor = await own.signedInBrowser(issuer);

      expect((await visitor.open('/protected')).text).toBe('hello ada');
      const [exchange] = issuer.requests('token');
      expect(exchange?.headers.authorization).toBeUndefined();
      expect(exchange?.body).toMatchObject({ client_id: 'public-app', code_verifier: expect.any(String) });
    });

    it('ends at postSignInRedirectUri without returnTo', async () => {
      const own = await appWith({ postSignInRedirectUri: 'https://www.example.com/welcome?new=1' });

      expect((await own.browser().signIn(issuer)).location).toBe('https://www.example.com/welcome?new=1');
    });

    it('ends at baseUrl without returnTo and postSignInRedirectUri', async () => {
      const own = await appWith({});

      expect((await own.browser().signIn(issuer)).location).toBe(`${own.baseUrl}/`);
    });

    it('sets __Host- cookies over https, behind a proxy that terminates TLS', async () => {
      const own = await appWith({ baseUrl: 'https://app.example.com' });
      const page = await own.browser().open('/logto/sign-in', { 'x-forwarded-proto': 'https' });

      expect(sentBy(page).get('redirect_uri')).toBe('https://app.example.com/logto/sign-in-callback');
      const [cookie = ''] = signInCookies(page);
      expect(cookie).toMatch(/^__Host-logto-sign-in\./);
      expect(cookie.split('; ')).toEqual(
        expect.arrayContaining(['Secure', 'HttpOnly', 'SameSite=Lax', 'Path=/']),
      );
      expect(cookie).not.toContain('Domain');
    });
  });
});
