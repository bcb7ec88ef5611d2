import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import {
  LogtoApiGuard,
  LogtoGuard,
  LogtoService,
  RequireOrganization,
  RequireOrganizationRoles,
  RequireRoles,
  UserScope,
  WithLogto,
  type LogtoModuleOptions,
} from 'nestjs-logto';
import type { LogtoEmulator, LogtoEmulatorOptions } from 'nestjs-logto/emulator';
import { call, refusalOf, startApi } from '../support/api.js';
import { RealTokens, startAccessIssuer } from '../support/real-tokens.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import type { Browser } from '../../support/requests/browser.js';
import { passTime, restoreTime } from '../../support/runner/clock.js';
import { startHostileProvider } from '../../support/logto/hostile-provider.js';
import { resource } from '../../support/logto/issuer.js';
import { signAccessToken } from '../support/access-token.js';
import { closeLater } from '../../support/runner/leftovers.js';

@Controller()
@UseGuards(LogtoGuard)
@WithLogto({ accept: ['session', 'bearer'] })
class RolesController {
  constructor(private readonly logto: LogtoService) {}

  @Get('admins')
  @RequireRoles('admin')
  admins(): string {
    return 'admins';
  }

  @Get('owners')
  @RequireRoles('owner of it all')
  owners(): string {
    return 'owners';
  }

  @Get('refresh')
  refresh(@Req() request: Request): Promise<void> {
    return this.logto.refresh(request);
  }

  @Get('both')
  @RequireRoles('admin', 'owner of it all')
  both(): string {
    return 'both';
  }

  @Get('either')
  @RequireRoles('admin', 'owner of it all', { mode: 'any' })
  either(): string {
    return 'either';
  }

  @Get('organizations/:orgId')
  @RequireOrganization({ param: 'orgId' })
  members(): string {
    return 'members';
  }

  @Get('organizations/:orgId/role')
  @RequireOrganization({ param: 'orgId' })
  @RequireOrganizationRoles('member')
  membersByRole(): string {
    return 'members by role';
  }
}

@Controller()
@UseGuards(LogtoApiGuard)
class ApiController {
  @Get('admins')
  @RequireRoles('admin')
  admins(): string {
    return 'admins';
  }
}

const roleScopes = [UserScope.Roles, UserScope.Organizations, UserScope.OrganizationRoles];
const inTokens = { roles: true, organizations: true, organizationRoles: true };
const onlyInUserInfo = { roles: false, organizations: false, organizationRoles: false };

describe('@RequireRoles', () => {
  let issuer: LogtoEmulator;

  afterEach(restoreTime);

  async function startWith(
    tenant: LogtoEmulatorOptions,
    logto: Partial<LogtoModuleOptions> = {},
  ): Promise<{ app: TestApp; ada: Browser; bob: Browser }> {
    issuer = await startAccessIssuer(tenant);
    const app = await startApp({
      issuer,
      controllers: [RolesController],
      logto: { scopes: roleScopes, api: { audience: resource }, ...logto },
    });
    const [ada, bob] = [app.browser(), app.browser()];
    await ada.signIn(issuer, 'ada');
    await bob.signIn(issuer, 'bob');
    issuer.resetRequests();
    return { app, ada, bob };
  }

  const statuses = async (browser: Browser, paths: string[]): Promise<number[]> => {
    const found: number[] = [];
    for (const path of paths) found.push((await browser.fetch(path)).status);
    return found;
  };

  const routes = [
    '/admins',
    '/owners',
    '/both',
    '/either',
    '/organizations/org_1',
    '/organizations/org_2',
    '/organizations/org_1/role',
    '/organizations/org_2/role',
  ];

  it.each([
    ['the ID token', inTokens, 0],
    ['userinfo only', onlyInUserInfo, 1],
  ])('accepts the same users in a tenant that has roles in %s', async (_, idTokenClaims, requests) => {
    const { ada, bob } = await startWith({ idTokenClaims });

    expect(await statuses(ada, routes)).toEqual([200, 403, 403, 200, 200, 403, 200, 403]);
    expect(issuer.countRequests('userinfo')).toBe(requests);
    expect(await statuses(bob, routes)).toEqual([403, 403, 403, 403, 403, 200, 403, 403]);
  });

  it('names the missing roles', async () => {
    const { bob } = await startWith({ idTokenClaims: inTokens });

    expect((await bob.fetch('/both')).json()).toMatchObject({
      status: 403,
      code: 'insufficient_role',
      detail: 'This request requires the roles "admin" and "owner of it all".',
      roles: ['admin', 'owner of it all'],
    });
  });

  describe('with roles from userinfo', () => {
    it('notices a removed role after `revalidateAfter`', async () => {
      const { ada } = await startWith({ idTokenClaims: onlyInUserInfo }, { revalidateAfter: 600 });
      expect((await ada.fetch('/admins')).status).toBe(200);
      issuer.updateUser('ada', { roles: [] });

      passTime(500);
      expect((await ada.fetch('/admins')).status).toBe(200);
      passTime(200);
      expect((await ada.fetch('/admins')).status).toBe(403);
    });

    it('fetches userinfo again after refresh()', async () => {
      const { ada } = await startWith({ idTokenClaims: onlyInUserInfo });
      expect((await ada.fetch('/admins')).status).toBe(200);
      issuer.updateUser('ada', { roles: [] });
      // So that the user info from before the refresh is older than the refresh.
      passTime(1);

      expect((await ada.fetch('/refresh')).status).toBe(200);
      expect((await ada.fetch('/admins')).status).toBe(403);
    });

    it('fetches userinfo again after an hour when claims are never revalidated', async () => {
      const { ada } = await startWith({ idTokenClaims: onlyInUserInfo }, { revalidateAfter: false });
      expect((await ada.fetch('/admins')).status).toBe(200);
      issuer.updateUser('ada', { roles: [] });

      passTime(3700);
      expect((await ada.fetch('/admins')).status).toBe(403);
    });

    it('fetches userinfo again when another user signs in with the same browser', async () => {
      const { ada } = await startWith({ idTokenClaims: onlyInUserInfo });
      expect((await ada.fetch('/admins')).status).toBe(200);
      await ada.signIn(issuer, 'bob', '/logto/sign-in?prompt=login');

      expect((await ada.fetch('/admins')).status).toBe(403);
    });

    it.each([
      ['fails', { status: 500 }],
      ['breaks', { destroy: true }],
      ['answers with another user', { status: 200, body: { sub: 'bob', roles: ['admin'] } }],
    ])('answers 503 while userinfo %s', async (_, fault) => {
      const { ada } = await startWith({ idTokenClaims: onlyInUserInfo });
      issuer.failNext('userinfo', { ...fault, times: 3 });

      expect(refusalOf(await ada.fetch('/admins'))).toMatchObject({ status: 503 });
      issuer.clearFaults();
      expect((await ada.fetch('/admins')).status).toBe(200);
    });
  });

  it('notices added and removed roles in the ID token after `revalidateAfter`', async () => {
    const { ada, bob } = await startWith({ idTokenClaims: inTokens }, { revalidateAfter: 600 });
    issuer.updateUser('ada', { roles: [] });
    issuer.updateUser('bob', { roles: ['admin'] });

    passTime(700);
    expect([(await ada.fetch('/admins')).status, (await bob.fetch('/admins')).status]).toEqual([403, 200]);
  });

  it.each([
    ['/admins', 'missing_scope_roles', 'roles'],
    ['/organizations/org_1', 'missing_scope_organizations', 'urn:logto:scope:organizations'],
  ])('answers %s with 500 without the scope it needs, and names that scope', async (path, code, scope) => {
    const { ada } = await startWith({ idTokenClaims: inTokens }, { scopes: [] });

    const answer = await ada.fetch(path);
    expect(answer.json()).toMatchObject({ status: 500, code });
    expect(answer.text).toContain(`\`${scope}\``);
  });

  it('answers @RequireOrganizationRoles with 500 without the scope of organization roles', async () => {
    const { ada } = await startWith({ idTokenClaims: inTokens }, { scopes: [UserScope.Organizations] });

    expect(refusalOf(await ada.fetch('/organizations/org_1/role'))).toMatchObject({
      status: 500,
      code: 'missing_scope_organization_roles',
    });
  });

  describe('for a bearer token', () => {
    let own: LogtoEmulator;
    let tokens: RealTokens;

    beforeAll(async () => {
      own = await startAccessIssuer();
      tokens = closeLater(await RealTokens.from(own));
    });

    it('says so when the token has no roles because the tenant does not add them', async () => {
      const api = await startApi({ issuer: own, controllers: [ApiController] });
      const answer = await call(api, '/admins', await tokens.ofUser('ada', { resource }));

      expect(refusalOf(answer)).toEqual({
        status: 403,
        code: 'roles_not_in_token',
        challenge: 'Bearer error="insufficient_scope"',
      });
      expect(answer.json<{ detail: string }>().detail).toContain('custom token claims');
    });

    it('takes the roles from the token when the tenant adds them', async () => {
      const provider = await startHostileProvider();
      const api = await startApi({ issuer: provider, controllers: [ApiController] });
      const withRoles = (roles: unknown): Promise<string> => signAccessToken(provider, { roles });
      const code = async (roles: unknown): Promise<unknown> =>
        refusalOf(await call(api, '/admins', await withRoles(roles))).code;

      expect((await call(api, '/admins', await withRoles(['admin']))).status).toBe(200);
      expect(await code(['administrator'])).toBe('insufficient_role');
      expect(await code([])).toBe('insufficient_role');
      expect(await code('admin')).toBe('roles_not_in_token');
      expect(await code([{ name: 'admin' }])).toBe('roles_not_in_token');
    });
  });
});
