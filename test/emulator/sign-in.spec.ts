import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CookieJar, startLogtoEmulator } from 'nestjs-logto/emulator';

import { Browser } from './support/browser.js';
import type { Parameters } from './support/client.js';
import { decode } from './support/recording.js';
import { webClient } from './support/web-client.js';

const emulator = await startLogtoEmulator({
  port: 0,
  users: [
    { username: 'ada', password: 'lovelace', primaryEmail: 'ada@example.com', primaryPhone: '123' },
    { username: 'grace', name: 'Grace <b>Hopper</b>' },
    { username: 'eve', password: 'apple', primaryEmail: 'eve@example.com', isSuspended: true },
    { username: 'alan', organizations: [{ id: 'org_1' }, { id: 'org_2' }] },
  ],
  applications: [
    { id: 'web', secret: 'a-secret', name: 'The "shop"' },
    { id: 'stats', secret: 'a-secret', isThirdParty: true },
  ],
  organizations: [
    { id: 'org_1', name: 'Engines & Co' },
    { id: 'org_2', name: 'Other' },
  ],
});
const web = webClient(emulator);
const thirdParty = webClient(emulator, 'stats', 'http://localhost:4000/callback');
afterAll(() => emulator.close());

/** Opens the page that an authorization request leads to. */
async function open(parameters: Parameters = {}, client = web, browser = new Browser()): Promise<Browser> {
  await browser.open(client.authorizationUrl({ scope: 'openid', ...parameters }));
  return browser;
}
const authorize = (parameters: Parameters = {}) => web.authorizationUrl({ scope: 'openid', ...parameters });

describe('The sign-in page', () => {
  it('signs in a user of the tenant with one click', async () => {
    const browser = await open();
    await browser.post({ user: emulator.getUser('ada').id });
    expect(browser.url.origin).toBe('http://localhost:3000');
    expect(Object.fromEntries(browser.url.searchParams)).toEqual({
      code: expect.any(String),
      state: 'a-state',
      iss: emulator.issuer,
    });
  });

  it.each(['ada', 'ada@example.com', 'ADA@example.com', '123'])(
    'accepts %s with the password',
    async (typed) => {
      const browser = await open();
      await browser.post({ identifier: typed, password: 'lovelace' });
      expect(browser.url.searchParams.has('code')).toBe(true);
    },
  );

  it('reports a wrong password, and keeps the identifier in its field', async () => {
    const browser = await open();
    await browser.post({ identifier: 'ada', password: 'byron' });
    expect(browser.status).toBe(422);
    expect(browser.alert).toBe('The account or the password is wrong. Please try again.');
    expect(browser.body).toContain('value="ada"');
  });

  it('answers an unknown account like a wrong password', async () => {
    const browser = await open();
    await browser.post({ identifier: 'nobody', password: 'byron' });
    expect(browser.alert).toBe('The account or the password is wrong. Please try again.');
  });

  it('says that a user without a password signs in with a click', async () => {
    const browser = await open();
    await browser.post({ identifier: 'grace', password: 'x' });
    expect(browser.alert).toContain('no password');
  });

  it('refuses a suspended user, by click or by password', async () => {
    const { id } = emulator.getUser('eve');
    const forms: Record<string, string>[] = [{ user: id }, { identifier: 'eve', password: 'apple' }];
    for (const form of forms) {
      const browser = await open();
      await browser.post(form);
      expect(browser.alert).toBe('This account is suspended.');
    }
  });

  it.each<[string, Parameters, Record<string, string>]>([
    ['a social account', { direct_sign_in: 'social:github' }, { user: 'eve' }],
    ['single sign-on', { direct_sign_in: 'sso:acme' }, { email: 'eve@example.com' }],
    ['a new password', { first_screen: 'reset_password' }, { identifier: 'eve', password: 'pear' }],
  ])('refuses a suspended user by %s too', async (_, parameters, form) => {
    const browser = await open(parameters);
    const { id } = emulator.getUser('eve');
    await browser.post({ ...form, ...(form['user'] !== undefined && { user: id }) });
    expect([browser.status, browser.alert]).toEqual([422, 'This account is suspended.']);
    // The password has not changed either.
    const again = await open();
    await again.post({ identifier: 'eve', password: 'pear' });
    expect(again.alert).toBe('The account or the password is wrong. Please try again.');
  });

  it('escapes every value', async () => {
    const browser = await open({ login_hint: '"><script>alert(1)</script>', organization_id: 'org_1' });
    expect(browser.body).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(browser.body).toContain('The &quot;shop&quot;');
    expect(browser.body).toContain('Grace &lt;b&gt;Hopper&lt;/b&gt;');
    expect(browser.body).toContain('Engines &amp; Co');
    expect(browser.body).not.toContain('<script');
  });

  it('needs no script and loads nothing', async () => {
    const browser = await open();
    const policy = browser.headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'/);
    expect(policy).not.toContain('script-src');
    expect(browser.headers.get('cache-control')).toBe('no-store');
  });

  it('says that it is an emulator', async () => {
    const browser = await open();
    expect(browser.body).toContain('Logto emulator');
    expect(browser.body).toContain('not for production');
  });

  it('refuses a cross-site form', async () => {
    const browser = await open();
    await browser.post({ user: 'ada' }, { origin: 'https://evil.test' });
    expect(browser.status).toBe(403);
  });
});

describe('The parameter', () => {
  it('login_hint fills in the identifier', async () => {
    expect((await open({ login_hint: 'ada@example.com' })).body).toContain('value="ada@example.com"');
  });

  it('identifier limits which identifiers are accepted', async () => {
    const browser = await open({ identifier: 'email phone' });
    expect(browser.body).toContain('<label for="identifier">Email or phone number</label>');
    await browser.post({ identifier: 'ada', password: 'lovelace' });
    expect(browser.status).toBe(422);
  });

  it('ui_locales chooses the language, before that of the browser', async () => {
    const browser = await open({ ui_locales: 'xx de-CH' });
    expect(browser.body).toContain('<html lang="de">');
    expect(browser.body).toContain('Anmelden');
  });

  it('organization_id makes the page name the organization', async () => {
    expect((await open({ organization_id: 'org_2' })).body).toContain('organization Other');
  });

  it.each([
    ['sign_in', '/sign-in'],
    ['register', '/register'],
    ['reset_password', '/reset-password'],
    ['identifier:sign_in', '/identifier-sign-in'],
    ['identifier:register', '/identifier-register'],
    ['single_sign_on', '/single-sign-on'],
  ])('first_screen=%s opens %s', async (screen, path) => {
    const browser = await open({ first_screen: screen });
    expect(browser.url.pathname).toBe(path);
    expect(browser.status).toBe(200);
  });

  it('google_one_tap_credential opens the page that simulates Google', async () => {
    expect((await open({ google_one_tap_credential: 'a-credential' })).url.pathname).toBe(
      '/direct/social/google',
    );
  });

  it('interaction_mode=signUp, which is older, opens the sign-up page', async () => {
    expect((await open({ interaction_mode: 'signUp' })).url.pathname).toBe('/register');
  });

  it('prompt=login asks again although the browser is signed in', async () => {
    const cookies = new CookieJar();
    await emulator.signIn(authorize(), { username: 'ada', cookies });
    const browser = await open({ prompt: 'login consent' }, web, new Browser(cookies));
    expect(browser.url.pathname).toBe('/sign-in');
    await browser.post({ user: emulator.getUser('ada').id });
    expect(browser.url.searchParams.has('code')).toBe(true);
  });

  it('prompt=login can sign in another user', async () => {
    const cookies = new CookieJar();
    await emulator.signIn(authorize(), { username: 'ada', cookies });
    const again = authorize({ prompt: 'login' });
    const callback = await emulator.signIn(again, { username: 'grace', cookies });
    const { body } = await web.exchange(callback.searchParams.get('code') ?? '');
    expect(decode(body['id_token'])?.payload['sub']).toBe(emulator.getUser('grace').id);
  });
});

describe('Signing up', () => {
  it('creates an account and signs in with it', async () => {
    const callback = await emulator.signUp(authorize({ first_screen: 'register' }), {
      username: 'katherine',
      password: 'johnson',
      name: 'Katherine Johnson',
    });
    expect(callback.searchParams.has('code')).toBe(true);
    await emulator.signIn(authorize(), { username: 'katherine', password: 'johnson' });
  });

  it('asks for an email address when `identifier` says so', async () => {
    const url = authorize({ first_screen: 'register', identifier: 'email', scope: 'openid email' });
    const callback = await emulator.signUp(url, { email: 'mary@example.com', password: 'jackson' });
    const { body } = await web.exchange(callback.searchParams.get('code') ?? '');
    expect(decode(body['id_token'])?.payload).toMatchObject({ email: 'mary@example.com' });
  });

  it('reports a username that is taken', async () => {
    const browser = await open({ first_screen: 'register' });
    await browser.post({ username: 'ada', password: 'x' });
    expect(browser.status).toBe(422);
    expect(browser.alert).toBe('Username is already in use.');
  });

  it('reports a missing field', async () => {
    const browser = await open({ first_screen: 'register' });
    await browser.post({ username: ' ', password: 'x' });
    expect(browser.alert).toBe('Username is required.');
  });
});

describe('Without a password,', () => {
  it('direct_sign_in opens a page that simulates a social account, and links that account', async () => {
    const url = authorize({ direct_sign_in: 'social:github', scope: 'openid identities' });
    const callback = await emulator.signIn(url, { username: 'alan' });
    const { body } = await web.exchange(callback.searchParams.get('code') ?? '');
    const userInfo = await web.userInfo(body['access_token']);
    expect(userInfo.body['identities']).toEqual({ github: { userId: expect.stringMatching(/^github-/) } });
  });

  it('a new social account creates a user', async () => {
    const browser = await open({ direct_sign_in: 'sso:acme' });
    expect(browser.url.pathname).toBe('/direct/sso/acme');
    expect(browser.body).toContain('This page replaces the sign-in page of Acme');
    await browser.post({ email: 'dorothy@acme.test', name: 'Dorothy' });
    expect(browser.url.searchParams.has('code')).toBe(true);
  });

  it('a one-time token signs in without a page, once and only for its own address', async () => {
    const token = emulator.createOneTimeToken('ada@example.com');
    const url = (hint: string) => authorize({ one_time_token: token, login_hint: hint });
    expect((await open({ one_time_token: token, login_hint: 'eve@example.com' })).alert).toContain('invalid');

    const browser = new Browser();
    await browser.open(url('ada@example.com'));
    expect(browser.url.searchParams.has('code')).toBe(true);

    const second = new Browser();
    await second.open(url('ada@example.com'));
    expect(second.alert).toBe('This link is invalid, was used already, or has expired.');
  });

  it('a one-time token for a new address creates a user', async () => {
    const email = 'margaret@example.com';
    const browser = await open({ one_time_token: emulator.createOneTimeToken(email), login_hint: email });
    expect(browser.url.searchParams.has('code')).toBe(true);
    expect(emulator.getUser(email).primaryEmail).toBe(email);
  });

  it('a user can reset the password', async () => {
    const browser = await open({ first_screen: 'reset_password' });
    await browser.post({ identifier: 'grace', password: 'cobol' });
    expect(browser.url.searchParams.has('code')).toBe(true);
    await emulator.signIn(authorize(), { username: 'grace', password: 'cobol' });
  });
});

describe('Consent', () => {
  const scope = 'openid offline_access profile urn:logto:scope:organizations';

  it('is never asked for a first-party application', async () => {
    const browser = await open({ prompt: 'consent', scope });
    await browser.post({ user: emulator.getUser('ada').id });
    expect(browser.url.origin).toBe('http://localhost:3000');
  });

  describe('for a third-party application', () => {
    let browser: Browser;

    beforeEach(async () => {
      browser = await open({ prompt: 'consent', scope }, thirdParty);
      await browser.post({ user: emulator.getUser('alan').id });
    });
    afterEach(() => emulator.revokeGrants('alan'));

    it('is asked on a page that lists what the application requests', () => {
      expect(browser.url.pathname).toBe('/consent');
      expect(browser.body).toContain('Your name, picture and profile');
      expect(browser.body).toContain('Engines &amp; Co');
    });

    it('grants only the chosen organizations', async () => {
      await browser.post({ decision: 'authorize', organization: 'org_1' });
      const { body } = await thirdParty.exchange(browser.url.searchParams.get('code') ?? '');
      const token = (organization_id: string) =>
        thirdParty.refresh(body['refresh_token'], { organization_id });
      expect((await token('org_1')).status).toBe(200);
      expect((await token('org_2')).body).toMatchObject({
        error: 'access_denied',
        error_description: 'organization access is not granted to the application',
      });
    });

    it('can be refused, and the application gets access_denied', async () => {
      await browser.post({ decision: 'cancel' });
      expect(Object.fromEntries(browser.url.searchParams)).toMatchObject({
        error: 'access_denied',
        state: 'a-state',
      });
    });
  });
});
