import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { buildOrganizationUrn, UserScope } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { passTime, restoreTime } from '../support/clock.js';
import { resource, startIssuer } from '../support/issuer.js';
import { otherResource, startTokenApp, tokenTenant } from '../support/token-app.js';

const tokenOf = (target = ''): string => `/token${target && `?${target}`}`;
const forResource = `resource=${encodeURIComponent(resource)}`;
const forOther = `resource=${encodeURIComponent(otherResource)}`;

describe('Access tokens', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: 0 });
    app = await startTokenApp({ issuer });
  });

  beforeEach(async () => {
    browser = app.browser();
    await browser.signIn(issuer);
    issuer.resetRequests();
  });

  afterEach(() => {
    issuer.clearFaults();
    issuer.updateUser('ada', { organizations: [{ id: 'org_1', roles: ['member'] }], roles: ['admin'] });
  });

  afterAll(async () => {
    // Not after each: a clock that is put back would make what was cached meanwhile young again.
    restoreTime();
    await app.close();
    await issuer.close();
  });

  const claims = async (target: string): Promise<Record<string, unknown>> =>
    (await browser.fetch(`/token-claims?${target}`)).json();
  const token = async (target = ''): Promise<string> =>
    (await browser.fetch(tokenOf(target))).json<{ token: string }>().token;

  it('for an API resource carry its audience and the scopes that the user has there', async () => {
    expect(await claims(forResource)).toMatchObject({ aud: resource, sub: 'ada', scope: 'read:things' });
  });

  it('for an organization carry its audience and the user’s permissions in it', async () => {
    expect((await browser.fetch('/organizations/org_1/token')).json()).toMatchObject({
      aud: buildOrganizationUrn('org_1'),
      sub: 'ada',
      scope: 'invite',
    });
  });

  it('for a resource within an organization are bound to both', async () => {
    expect(await claims(`${forResource}&organizationId=org_1`)).toMatchObject({
      aud: resource,
      organization_id: 'org_1',
      scope: 'read:things',
    });
  });

  it('without a resource are opaque, and asking for their claims says so', async () => {
    expect(await token()).toMatch(/^[\w-]{20,}$/);
    const refused = await browser.fetch('/token-claims');
    expect([refused.status, refused.json()]).toMatchObject([500, { code: 'access_token_opaque' }]);
  });

  it('are asked for once, and kept for each resource and organization apart', async () => {
    const targets = [
      '',
      forResource,
      forOther,
      'organizationId=org_1',
      `${forResource}&organizationId=org_1`,
    ];
    const first: string[] = [];
    for (const target of targets) first.push(await token(target));
    const requests = issuer.countRequests('token');
    const second: string[] = [];
    for (const target of targets) second.push(await token(target));

    expect(new Set(first).size).toBe(targets.length);
    expect(second).toEqual(first);
    // The one for userinfo came with the sign-in.
    expect(requests).toBe(targets.length - 1);
    expect(issuer.countRequests('token')).toBe(requests);
  });

  it('are refreshed shortly before they expire, not at the last moment', async () => {
    const first = await token(forOther);
    passTime(600 - 70);
    expect(await token(forOther)).toBe(first);
    passTime(20);
    expect(await token(forOther)).not.toBe(first);
  });

  it('for different resources, asked for at once, wait for each other: each refresh rotates the refresh token', async () => {
    const pages = await Promise.all(
      [forResource, forOther, 'organizationId=org_1', `${forResource}&organizationId=org_1`].map((target) =>
        browser.fetch(tokenOf(target)),
      ),
    );
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(issuer.countRequests('token')).toBe(4);
    expect((await browser.open('/user-info')).status).toBe(200);
  });

  it('for an organization that the user is not in are denied, and the user stays signed in', async () => {
    const denied = await browser.fetch('/organizations/org_2/token');
    expect([denied.status, denied.json()]).toMatchObject([403, { code: 'access_denied' }]);
    expect((await browser.fetch(tokenOf(forResource))).status).toBe(200);
  });

  it('are had anew after clearAccessToken, and the user stays signed in', async () => {
    const [first, opaque] = [await token(forResource), await token()];
    await browser.fetch('/clear-access-token');
    expect(await token(forResource)).not.toBe(first);
    expect(await token()).not.toBe(opaque);
  });

  it('are gone after clearAllTokens with the sign-in, and the app’s own session data stays', async () => {
    await browser.fetch('/cart/add/book');
    expect((await browser.fetch('/clear-all-tokens')).json()).toEqual({ isAuthenticated: false });

    expect((await browser.fetch('/user')).json()).toEqual({ isAuthenticated: false });
    expect((await browser.fetch(tokenOf())).status).toBe(401);
    expect((await browser.fetch('/cart')).json()).toEqual(['book']);
  });

  it('refresh() brings changed claims and tokens with changed scopes at once', async () => {
    const before = decodeJwt(await token(forResource));
    issuer.updateUser('ada', { roles: [], organizations: [], name: 'Augusta Ada King' });

    expect((await browser.fetch('/refresh')).json()).toMatchObject({
      claims: { name: 'Augusta Ada King', roles: [] },
    });
    expect([before.scope, decodeJwt(await token(forResource)).scope ?? '']).toEqual(['read:things', '']);
    expect((await browser.fetch('/user')).json()).toMatchObject({ claims: { name: 'Augusta Ada King' } });
  });

  it('refresh() that is called while another is under way still sees what changed in between', async () => {
    let answered!: () => void;
    const held = new Promise<void>((resolve) => (answered = resolve));
    let arrived!: () => void;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    issuer.failNext('token', {
      transform: async (response) => {
        arrived();
        await held;
        return response;
      },
    });
    const early = browser.fetch('/refresh');
    await arrival;
    issuer.updateUser('ada', { name: 'Countess of Lovelace' });
    const late = browser.fetch('/refresh');
    answered();
    await early;

    expect((await late).json()).toMatchObject({ claims: { name: 'Countess of Lovelace' } });
  });

  it('leave the ID token and the refresh token readable, as Logto gave them last', async () => {
    const before = (await browser.fetch('/kept')).json<{ idToken: string; refreshToken: string }>();
    expect(decodeJwt(before.idToken)).toMatchObject({ sub: 'ada' });
    await token(forResource);
    const after = (await browser.fetch('/kept')).json<{ idToken: string; refreshToken: string }>();
    expect(after.refreshToken).not.toBe(before.refreshToken);
    expect(issuer.requests('token').at(-1)?.body.refresh_token).toBe(before.refreshToken);
  });

  it('answer 401, or the sign-in, to who is not signed in', async () => {
    const stranger = app.browser();
    expect((await stranger.fetch(tokenOf())).json()).toMatchObject({ code: 'not_authenticated' });
    expect((await stranger.open(tokenOf())).location).toContain('/logto/sign-in?returnTo=');
  });

  describe('of all the user’s organizations', () => {
    const two = [
      { id: 'org_1', roles: ['member'] },
      { id: 'org_2', roles: [] },
    ];

    it('come with getOrganizationToken, by the list in the ID token', async () => {
      issuer.updateUser('ada', { organizations: two });
      await browser.signIn(issuer);
      issuer.resetRequests();
      const tokens = (await browser.fetch('/organizations')).json<Record<string, string>>();
      expect(Object.keys(tokens)).toEqual(['org_1', 'org_2']);
      expect(decodeJwt(tokens.org_1 ?? '')).toMatchObject({ aud: buildOrganizationUrn('org_1') });
      expect(issuer.countRequests('userinfo')).toBe(0);
    });

    it('leave out one that the user has left since, without an error', async () => {
      issuer.updateUser('ada', { organizations: two });
      await browser.signIn(issuer);
      issuer.updateUser('ada', { organizations: [{ id: 'org_2', roles: [] }] });
      expect(Object.keys((await browser.fetch('/organizations')).json())).toEqual(['org_2']);
    });
  });
});

describe('Access tokens of organizations', () => {
  it('come by the list of userinfo where the tenant keeps organizations out of ID tokens', async () => {
    const issuer = await startIssuer({ ...tokenTenant, idTokenClaims: { organizations: false } });
    const app = await startTokenApp({ issuer });
    const browser = app.browser();
    await browser.signIn(issuer);

    expect((await browser.fetch('/user')).json<{ claims: object }>().claims).not.toHaveProperty(
      'organizations',
    );
    expect(Object.keys((await browser.fetch('/organizations')).json())).toEqual(['org_1']);
    expect(issuer.countRequests('userinfo')).toBe(1);
    await app.close();
    await issuer.close();
  });

  it('need the organizations scope: without it the error names the scope, and Logto is not asked', async () => {
    const issuer = await startIssuer(tokenTenant);
    const app = await startTokenApp({ issuer, logto: { scopes: [UserScope.Email] } });
    const browser = app.browser();
    await browser.signIn(issuer);
    issuer.resetRequests();

    for (const path of [
      '/organizations/org_1/token',
      '/organizations',
      `/token?${forResource}&organizationId=org_1`,
    ]) {
      const refused = await browser.fetch(path);
      expect(refused.json()).toMatchObject({
        code: 'missing_scope_organizations',
        detail: expect.stringContaining(UserScope.Organizations),
      });
    }
    expect(issuer.countRequests('token')).toBe(0);
    await app.close();
    await issuer.close();
  });
});

describe('Access tokens for a resource that was not asked for at sign-in', () => {
  it('are refused by name, and the user stays signed in: Logto uses the refresh token up all the same', async () => {
    const issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use' });
    const app = await startTokenApp({ issuer });
    const browser = app.browser();
    await browser.signIn(issuer);

    const refused = await browser.fetch(
      tokenOf(`resource=${encodeURIComponent('https://unknown.example.com')}`),
    );
    expect(refused.json()).toMatchObject({ code: 'invalid_target' });
    issuer.passTime(60);
    expect((await browser.fetch(tokenOf(forResource))).status).toBe(200);
    await app.close();
    await issuer.close();
  });
});

describe('Access tokens without a refresh token', () => {
  it('for userinfo last as long as Logto gave them, then the user is asked to sign in', async () => {
    const issuer = await startIssuer(tokenTenant);
    const app = await startTokenApp({ issuer, logto: { prompt: 'login' } });
    const browser = app.browser();
    await browser.signIn(issuer);

    expect((await browser.fetch('/token')).status).toBe(200);
    // A sign-in would bring no token for a resource either: to ask for one would go round in circles.
    const resourceToken = await browser.fetch(tokenOf(forResource));
    expect([resourceToken.status, resourceToken.json()]).toMatchObject([
      500,
      { code: 'missing_refresh_token' },
    ]);
    passTime(3600);
    expect((await browser.fetch('/token')).status).toBe(401);
    restoreTime();
    await app.close();
    await issuer.close();
  });
});
