import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { buildOrganizationUrn, UserScope, type TokenTarget } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { pauseResponse } from '../support/logto/pause-response.js';
import { resource, startIssuer } from '../support/logto/issuer.js';
import { startTokenApp, tokenTenant } from '../support/app/token-app.js';
import {
  organizationTokenPath,
  otherTokenPath,
  resourceTokenPath,
  tokenPath,
} from '../support/logto/token-path.js';

/** A resource within an organization. */
const resourceInOrganization = { resource, organizationId: 'org_1' };

describe('Access tokens', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: 0 });
    app = await startTokenApp({ issuer });
  });

  beforeEach(async () => {
    browser = await app.signedInBrowser(issuer);
    issuer.resetRequests();
  });

  afterEach(() => {
    issuer.clearFaults();
    issuer.updateUser('ada', { organizations: [{ id: 'org_1', roles: ['member'] }], roles: ['admin'] });
  });

  // Not after each test: if the clock is set back, cached entries become younger.
  afterAll(() => restoreTime());

  const claims = async (target: TokenTarget): Promise<Record<string, unknown>> =>
    (await browser.fetch(tokenPath(target, '/token-claims'))).json();
  const token = async (path = tokenPath()): Promise<string> =>
    (await browser.fetch(path)).json<{ token: string }>().token;

  it('for an API resource have its audience and the user’s scopes', async () => {
    expect(await claims({ resource })).toMatchObject({ aud: resource, sub: 'ada', scope: 'read:things' });
  });

  it('for an organization have its audience and the user’s permissions in it', async () => {
    expect((await browser.fetch('/organizations/org_1/token')).json()).toMatchObject({
      aud: buildOrganizationUrn('org_1'),
      sub: 'ada',
      scope: 'invite',
    });
  });

  it('for a resource within an organization name both', async () => {
    expect(await claims(resourceInOrganization)).toMatchObject({
      aud: resource,
      organization_id: 'org_1',
      scope: 'read:things',
    });
  });

  it('without a resource are opaque, and their claims cannot be read', async () => {
    expect(await token()).toMatch(/^[\w-]{20,}$/);
    const refused = await browser.fetch('/token-claims');
    expect([refused.status, refused.json()]).toMatchObject([500, { code: 'access_token_opaque' }]);
  });

  it('are requested once and cached per resource and organization', async () => {
    const paths = [
      tokenPath(),
      resourceTokenPath,
      otherTokenPath,
      organizationTokenPath,
      tokenPath(resourceInOrganization),
    ];
    const first: string[] = [];
    for (const path of paths) first.push(await token(path));
    const requests = issuer.countRequests('token');
    const second: string[] = [];
    for (const path of paths) second.push(await token(path));

    expect(new Set(first).size).toBe(paths.length);
    expect(second).toEqual(first);
    // The token for userinfo came with the sign-in.
    expect(requests).toBe(paths.length - 1);
    expect(issuer.countRequests('token')).toBe(requests);
  });

  it('are refreshed shortly before they expire', async () => {
    const first = await token(otherTokenPath);
    passTime(600 - 70);
    expect(await token(otherTokenPath)).toBe(first);
    passTime(20);
    expect(await token(otherTokenPath)).not.toBe(first);
  });

  it('with a lifetime of an hour are refreshed one to six minutes before they expire, at random', async () => {
    const isRefreshed: boolean[] = [];
    for (let round = 0; round < 20; round += 1) {
      const first = await token(resourceTokenPath);
      passTime(3600 - 365);
      expect(await token(resourceTokenPath)).toBe(first);
      passTime(365 - 210);
      isRefreshed.push((await token(resourceTokenPath)) !== first);
      passTime(210 - 55);
      expect(await token(resourceTokenPath)).not.toBe(first);
      passTime(3600);
    }
    expect(new Set(isRefreshed)).toEqual(new Set([true, false]));
  });

  it('for different resources are requested one after the other, since each refresh rotates the refresh token', async () => {
    const paths = [
      resourceTokenPath,
      otherTokenPath,
      organizationTokenPath,
      tokenPath(resourceInOrganization),
    ];
    const pages = await Promise.all(paths.map((path) => browser.fetch(path)));
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(issuer.countRequests('token')).toBe(4);
    expect((await browser.open('/user-info')).status).toBe(200);
  });

  it('for an organization that the user is not in are denied, and the user stays signed in', async () => {
    const denied = await browser.fetch('/organizations/org_2/token');
    expect([denied.status, denied.json()]).toMatchObject([403, { code: 'access_denied' }]);
    expect((await browser.fetch(resourceTokenPath)).status).toBe(200);
  });

  it('are renewed after clearAccessToken, and the user stays signed in', async () => {
    const [first, opaque] = [await token(resourceTokenPath), await token()];
    await browser.fetch('/clear-access-token');
    expect(await token(resourceTokenPath)).not.toBe(first);
    expect(await token()).not.toBe(opaque);
  });

  it('are deleted with the sign-in by clearAllTokens, and the app’s own session data stays', async () => {
    await browser.fetch('/cart/add/book');
    expect((await browser.fetch('/clear-all-tokens')).json()).toEqual({ isAuthenticated: false });

    expect((await browser.fetch('/user')).json()).toEqual({ isAuthenticated: false });
    expect((await browser.fetch(tokenPath())).status).toBe(401);
    expect((await browser.fetch('/cart')).json()).toEqual(['book']);
  });

  it('have changed scopes after refresh(), and the claims have changed too', async () => {
    const before = decodeJwt(await token(resourceTokenPath));
    issuer.updateUser('ada', { roles: [], organizations: [], name: 'Augusta Ada King' });

    expect((await browser.fetch('/refresh')).json()).toMatchObject({
      claims: { name: 'Augusta Ada King', roles: [] },
    });
    expect([before.scope, decodeJwt(await token(resourceTokenPath)).scope ?? '']).toEqual([
      'read:things',
      '',
    ]);
    expect((await browser.fetch('/user')).json()).toMatchObject({ claims: { name: 'Augusta Ada King' } });
  });

  it('are renewed by refresh() even while another refresh is in progress, so that no change is missed', async () => {
    const paused = pauseResponse(issuer, 'token');
    const early = browser.fetch('/refresh');
    await paused.reached;
    issuer.updateUser('ada', { name: 'Countess of Lovelace' });
    const late = browser.fetch('/refresh');
    paused.release();
    await early;

    expect((await late).json()).toMatchObject({ claims: { name: 'Countess of Lovelace' } });
  });

  it('are refreshed, and the ID token and the rotated refresh token can be read', async () => {
    const before = (await browser.fetch('/stored-tokens')).json<{ idToken: string; refreshToken: string }>();
    expect(decodeJwt(before.idToken)).toMatchObject({ sub: 'ada' });
    await token(resourceTokenPath);
    const after = (await browser.fetch('/stored-tokens')).json<{ idToken: string; refreshToken: string }>();
    expect(after.refreshToken).not.toBe(before.refreshToken);
    expect(issuer.requests('token').at(-1)?.body.refresh_token).toBe(before.refreshToken);
  });

  it('are denied to anonymous requests with 401 or a redirect to sign in', async () => {
    const stranger = app.browser();
    expect((await stranger.fetch(tokenPath())).json()).toMatchObject({ code: 'not_authenticated' });
    expect((await stranger.open(tokenPath())).location).toContain('/logto/sign-in?returnTo=');
  });

  describe('of all the user’s organizations', () => {
    const two = [
      { id: 'org_1', roles: ['member'] },
      { id: 'org_2', roles: [] },
    ];

    it('are requested by getOrganizationToken for the organizations in the ID token', async () => {
      issuer.updateUser('ada', { organizations: two });
      await browser.signIn(issuer);
      issuer.resetRequests();
      const tokens = (await browser.fetch('/organizations')).json<Record<string, string>>();
      expect(Object.keys(tokens)).toEqual(['org_1', 'org_2']);
      expect(decodeJwt(tokens.org_1 ?? '')).toMatchObject({ aud: buildOrganizationUrn('org_1') });
      expect(issuer.countRequests('userinfo')).toBe(0);
    });

    it('leave out an organization that the user has left since, without an error', async () => {
      issuer.updateUser('ada', { organizations: two });
      await browser.signIn(issuer);
      issuer.updateUser('ada', { organizations: [{ id: 'org_2', roles: [] }] });
      expect(Object.keys((await browser.fetch('/organizations')).json())).toEqual(['org_2']);
    });
  });
});

describe('Access tokens of organizations', () => {
  it('are requested for the organizations in userinfo where the ID token has none', async () => {
    const issuer = await startIssuer({ ...tokenTenant, idTokenClaims: { organizations: false } });
    const app = await startTokenApp({ issuer });
    const browser = await app.signedInBrowser(issuer);

    expect((await browser.fetch('/user')).json<{ claims: object }>().claims).not.toHaveProperty(
      'organizations',
    );
    expect(Object.keys((await browser.fetch('/organizations')).json())).toEqual(['org_1']);
    expect(issuer.countRequests('userinfo')).toBe(1);
  });

  it('need the organizations scope: without it the error names the scope, and nothing is requested', async () => {
    const issuer = await startIssuer(tokenTenant);
    const app = await startTokenApp({ issuer, logto: { scopes: [UserScope.Email] } });
    const browser = await app.signedInBrowser(issuer);
    issuer.resetRequests();

    for (const path of ['/organizations/org_1/token', '/organizations', tokenPath(resourceInOrganization)]) {
      const refused = await browser.fetch(path);
      expect(refused.json()).toMatchObject({
        code: 'missing_scope_organizations',
        detail: expect.stringContaining(UserScope.Organizations),
      });
    }
    expect(issuer.countRequests('token')).toBe(0);
  });
});

describe('Access tokens for a resource that is not in `resources`', () => {
  it('are denied with invalid_target, and the user stays signed in although Logto rotates the refresh token', async () => {
    const issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use' });
    const app = await startTokenApp({ issuer });
    const browser = await app.signedInBrowser(issuer);

    const refused = await browser.fetch(tokenPath({ resource: 'https://unknown.example.com' }));
    expect(refused.json()).toMatchObject({ code: 'invalid_target' });
    issuer.passTime(60);
    expect((await browser.fetch(resourceTokenPath)).status).toBe(200);
  });
});

describe('Access tokens without a refresh token', () => {
  it('for userinfo work until they expire, then the user has to sign in', async () => {
    const issuer = await startIssuer(tokenTenant);
    const app = await startTokenApp({ issuer, logto: { prompt: 'login' } });
    const browser = await app.signedInBrowser(issuer);

    expect((await browser.fetch('/token')).status).toBe(200);
    // A new sign-in would not bring a token for a resource either: a redirect would lead to a loop.
    const resourceToken = await browser.fetch(resourceTokenPath);
    expect([resourceToken.status, resourceToken.json()]).toMatchObject([
      500,
      { code: 'missing_refresh_token' },
    ]);
    passTime(3600);
    expect((await browser.fetch('/token')).status).toBe(401);
    restoreTime();
  });
});
