import { describe, expect, it } from '@jest/globals';
import { CookieJar, startLogtoEmulator } from 'nestjs-logto/emulator';

import { closeLater } from '../support/runner/leftovers.js';
import { Browser } from './support/browser.js';
import { Client, type Answer, type Parameters } from './support/client.js';
import { decode } from './support/recording.js';
import { webClient } from './support/web-client.js';

const oneFactor = 'urn:logto:acr:1fa';
const twoFactors = 'urn:logto:acr:mfa';
const resource = 'https://things.example.com';
const offline = { prompt: 'consent', scope: 'openid offline_access', resource };

const options = {
  port: 0,
  users: [{ username: 'ada', password: 'lovelace', primaryEmail: 'ada@example.com' }],
  applications: [
    { id: 'web', secret: 'a-secret', name: 'Shop', allowTokenExchange: true },
    { id: 'machine', secret: 'a-secret', type: 'MachineToMachine' as const },
  ],
  resources: [{ indicator: resource }],
};
const emulator = closeLater(await startLogtoEmulator(options));
const web = webClient(emulator);

/** The claims of a token that say how its user has signed in. */
const contextOf = (claims: Record<string, unknown> | undefined): unknown => [
  claims?.['acr'],
  claims?.['amr'],
  typeof claims?.['auth_time'],
];
const idTokenOf = ({ body }: Answer): Record<string, unknown> | undefined =>
  decode(body['id_token'])?.payload;
const accessTokenOf = ({ body }: Answer): Record<string, unknown> | undefined =>
  decode(body['access_token'])?.payload;
const signIn = (parameters: Parameters = {}, cookies = new CookieJar(), user = {}): Promise<Answer> =>
  web.signIn({ ...offline, ...parameters }, { cookies, ...user });

/** Opens the page that an authorization request leads to. */
async function open(parameters: Parameters, browser = new Browser()): Promise<Browser> {
  await browser.open(web.authorizationUrl({ scope: 'openid', ...parameters }));
  return browser;
}

const withOne = [oneFactor, ['pwd'], 'number'];
const withTwo = [twoFactors, ['pwd', 'otp', 'mfa'], 'number'];
const without = [undefined, undefined, 'undefined'];

describe('The emulator answers `acr_values` as Logto 1.46 does', () => {
  it('lists the values that it supports', async () => {
    const discovery = await fetch(`${emulator.issuer}/.well-known/openid-configuration`);
    expect(await discovery.json()).toMatchObject({
      acr_values_supported: [oneFactor, twoFactors],
      claims_supported: expect.arrayContaining(['acr', 'amr', 'auth_time']),
    });
  });

  it('says in every ID token how the user has signed in', async () => {
    expect(contextOf(idTokenOf(await signIn()))).toEqual(withOne);
    expect(contextOf(idTokenOf(await signIn({ acr_values: oneFactor })))).toEqual(withOne);
    expect(contextOf(idTokenOf(await signIn({ acr_values: twoFactors })))).toEqual(withTwo);
  });

  it.each<[string, Parameters, Record<string, string>, unknown]>([
    ['a magic link', { one_time_token: 'link' }, {}, [oneFactor, ['otp'], 'number']],
    [
      'a social account',
      { direct_sign_in: 'social:google' },
      { email: 'ada@example.com' },
      [undefined, ['fed'], 'number'],
    ],
    ['an account of its own', { first_screen: 'register' }, { username: 'eve', password: 'apple' }, withOne],
  ])(
    'says how the user has signed in with %s',
    async (_, { one_time_token, ...parameters }, form, expected) => {
      const link = one_time_token !== undefined && {
        one_time_token: emulator.createOneTimeToken('ada@example.com'),
        login_hint: 'ada@example.com',
      };
      const browser = await open({ ...parameters, ...link });
      if (!link) await browser.post(form);
      const answer = await web.exchange(browser.url.searchParams.get('code') ?? '');
      expect(contextOf(idTokenOf(answer))).toEqual(expected);
    },
  );

  it('asks a signed-in user for the second factor only, and only once', async () => {
    const browser = new Browser();
    await open({}, browser);
    await browser.post({ identifier: 'ada', password: 'lovelace' });
    await open({ acr_values: twoFactors }, browser);
    expect(browser.url.pathname).toBe('/step-up');
    expect(browser.body).toContain('<code>123456</code>');

    await browser.post({ code: '000000' });
    expect([browser.status, browser.alert]).toEqual([422, 'The code is wrong. Please try again.']);

    await browser.post({ code: '123456' });
    expect(browser.url.searchParams.has('code')).toBe(true);
    await open({ acr_values: twoFactors }, browser);
    expect(browser.url.searchParams.has('code')).toBe(true);
  });

  it('asks for the second factor after a sign-in that is too old for `max_age`', async () => {
    const cookies = new CookieJar();
    await signIn({ acr_values: twoFactors }, cookies);
    emulator.passTime(400);
    const started = Math.floor(Date.now() / 1000);
    const claims = idTokenOf(await signIn({ acr_values: twoFactors, max_age: '300' }, cookies));
    expect(contextOf(claims)).toEqual(withTwo);
    expect(claims?.['auth_time']).toBeGreaterThanOrEqual(started);
  });

  it('accepts a session that meets one of several values', async () => {
    const browser = await open({});
    await browser.post({ identifier: 'ada', password: 'lovelace' });
    await open({ acr_values: `${twoFactors} ${oneFactor}` }, browser);
    expect(browser.url.searchParams.has('code')).toBe(true);
  });

  it.each<[string, Parameters, string]>([
    ['a value that it does not support', { acr_values: 'urn:other' }, 'unmet_authentication_requirements'],
    ['`prompt=none` without a session', { acr_values: twoFactors, prompt: 'none' }, 'login_required'],
  ])('refuses %s', async (_, parameters, error) => {
    expect((await open(parameters)).url.searchParams.get('error')).toBe(error);
  });

  it('refuses a user without a second factor, and `prompt=none` where it would ask for one', async () => {
    const unmet = { error: 'unmet_authentication_requirements' };
    const cookies = new CookieJar();
    const parameters = { scope: 'openid', acr_values: twoFactors };
    expect(
      Object.fromEntries(
        (
          await emulator.signIn(web.authorizationUrl(parameters), {
            username: 'ada',
            cookies,
            secondFactor: false,
          })
        ).searchParams,
      ),
    ).toMatchObject(unmet);
    expect(await web.callback({ ...parameters, prompt: 'none' }, { cookies })).toMatchObject(unmet);
  });

  it('does not show the page of the second factor before a sign-in', async () => {
    const browser = await open({ acr_values: twoFactors });
    const page = new URL('/step-up', browser.url);
    await browser.post({ code: '123456' }, {}, page);
    expect(browser.url.pathname).toBe('/sign-in');
  });

  it('keeps the values of the sign-in over refreshes and rotations, in access tokens too', async () => {
    const rotating = closeLater(await startLogtoEmulator({ ...options, rotation: 'every-use' }));
    const client = webClient(rotating);
    const first = await client.signIn({ ...offline, acr_values: twoFactors });
    let token = first.body['refresh_token'];
    for (const target of [{}, { resource }, { resource }]) {
      const refreshed = await client.refresh(token, target);
      expect(refreshed.body['refresh_token']).not.toBe(token);
      token = refreshed.body['refresh_token'];
      expect(contextOf(idTokenOf(refreshed))).toEqual(withTwo);
      expect(idTokenOf(refreshed)?.['auth_time']).toBe(idTokenOf(first)?.['auth_time']);
      if ('resource' in target) expect(contextOf(accessTokenOf(refreshed))).toEqual(withTwo);
    }
  });

  it('has these values at introspection', async () => {
    const { body } = await signIn({ acr_values: twoFactors });
    const refreshed = await web.refresh(body['refresh_token']);
    for (const token of [body['access_token'], refreshed.body['access_token']]) {
      const answer = await web.post('/oidc/token/introspection', { token: String(token) });
      expect(contextOf(answer.body)).toEqual(withTwo);
    }
  });

  it('has no such values for client credentials and token exchange', async () => {
    const machine = new Client(emulator, 'machine', '', 'a-secret');
    expect(contextOf(accessTokenOf(await machine.clientCredentials({ resource })))).toEqual(without);
    const subject_token = emulator.createSubjectToken('ada');
    expect(contextOf(accessTokenOf(await web.exchangeToken({ subject_token, resource })))).toEqual(without);
  });
});

describe('The emulator with `stepUp: false`', () => {
  it('ignores `acr_values`, like Logto before 1.46', async () => {
    const older = closeLater(await startLogtoEmulator({ ...options, stepUp: false }));
    const discovery = await fetch(`${older.issuer}/.well-known/openid-configuration`);
    expect(await discovery.json()).not.toHaveProperty('acr_values_supported');

    const answer = await webClient(older).signIn({ ...offline, acr_values: twoFactors });
    expect(contextOf(idTokenOf(answer))).toEqual(without);
    const refreshed = await webClient(older).refresh(answer.body['refresh_token'], { resource });
    expect(contextOf(accessTokenOf(refreshed))).toEqual(without);
  });
});

describe('The parameters of an authorization request', () => {
  it.each([
    ['light', 'light'],
    ['dark', 'dark'],
  ])('`theme=%s` gives the pages its colours', async (theme, expected) => {
    const browser = await open({ theme, acr_values: twoFactors });
    const hasTheme = (): void => {
      expect(browser.body).toContain(`data-theme="${expected}"`);
      expect(browser.body).toContain(`<meta name="color-scheme" content="${expected}">`);
    };
    hasTheme();
    await browser.post({ identifier: 'ada', password: 'wrong' });
    hasTheme();
    await browser.post({ identifier: 'ada', password: 'lovelace' });
    expect(browser.url.pathname).toBe('/step-up');
    hasTheme();
  });

  it('another `theme` has no effect', async () => {
    expect((await open({ theme: '"><b>' })).body).toContain('<html lang="en">');
  });

  it('`confirm_redirect_policy` and the scope for trusted devices are accepted', async () => {
    const scope = 'openid urn:logto:scope:trusted_devices';
    const answer = await web.signIn(
      { scope, confirm_redirect_policy: 'always' },
      { cookies: new CookieJar() },
    );
    expect(answer.body['scope']).toBe(scope);
  });
});

describe('Signing keys', () => {
  it.each([
    ['ES256', 'P-256'],
    ['ES384', 'P-384'],
    ['ES512', 'P-521'],
    ['RS256', undefined],
  ] as const)('of %s sign ID tokens and access tokens', async (algorithm, curve) => {
    await emulator.rotateSigningKeys({ algorithm });
    const keys = (await (await fetch(`${emulator.issuer}/jwks`)).json()) as { keys: { crv?: string }[] };
    expect(keys.keys[0]?.crv).toBe(curve);
    const answer = await signIn();
    const refreshed = await web.refresh(answer.body['refresh_token'], { resource });
    for (const token of [answer.body['id_token'], refreshed.body['access_token']])
      expect(decode(token)?.header).toMatchObject({ alg: algorithm });
  });
});
