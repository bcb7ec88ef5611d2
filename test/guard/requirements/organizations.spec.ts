import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import {
  AuthUser,
  buildOrganizationUrn,
  IdTokenClaims,
  LogtoApiGuard,
  LogtoGuard,
  RequireOrganization,
  RequireOrganizationRoles,
  RequireOrganizationScopes,
  RequireScopes,
  UserScope,
  WithLogto,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { call, refusalOf, startApi } from '../support/api.js';
import { RealTokens, startAccessIssuer } from '../support/real-tokens.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import type { Browser, Page } from '../../support/requests/browser.js';
import { startHostileProvider } from '../../support/logto/hostile-provider.js';
import { resource } from '../../support/logto/issuer.js';
import { otherResource, tokenOptions } from '../../support/app/token-app.js';
import { signAccessToken } from '../support/access-token.js';
import { closeLater } from '../../support/runner/leftovers.js';

/** An app with several tenants, for sessions and bearer tokens. */
@Controller()
@UseGuards(LogtoGuard)
@WithLogto({ accept: ['session', 'bearer'] })
class TenantsController {
  @Get('unbound')
  unbound(): string {
    return 'unbound';
  }

  @Get('organizations/:orgId')
  @RequireOrganization({ param: 'orgId' })
  byParam(@AuthUser('claims') { sub }: IdTokenClaims): string {
    return sub;
  }

  @Get('by-header')
  @RequireOrganization({ header: 'X-Org' })
  byHeader(): string {
    return 'by header';
  }

  @Get('by-function')
  @RequireOrganization((request) => request.query['org'] as string | undefined)
  byFunction(): string {
    return 'by function';
  }

  @Get('organizations/:orgId/both')
  @RequireOrganization({ param: 'orgId' })
  @RequireOrganization({ header: 'x-org' })
  byBoth(): string {
    return 'both agree';
  }

  @Get('organizations/:orgId/invite')
  @RequireOrganization({ param: 'orgId' })
  @RequireOrganizationScopes('invite')
  invite(): string {
    return 'invited';
  }

  @Get('organizations/:orgId/remove')
  @RequireOrganization({ param: 'orgId' })
  @RequireOrganizationScopes('invite', 'remove')
  remove(): string {
    return 'removed';
  }

  @Get('organizations/:orgId/members')
  @RequireOrganization({ param: 'orgId' })
  @RequireOrganizationRoles('owner of it all', 'member', { mode: 'any' })
  members(): string {
    return 'members';
  }

  @Get('organizations/:orgId/owners')
  @RequireOrganization({ param: 'orgId' })
  @RequireOrganizationRoles('owner of it all')
  owners(): string {
    return 'owners';
  }

  @Get('organizations/:orgId/things')
  @RequireOrganization({ param: 'orgId' })
  @RequireScopes('read:things')
  things(): string {
    return 'things';
  }

  @Get('incomplete')
  @RequireOrganizationRoles('member')
  incomplete(): string {
    return 'incomplete';
  }
}

@Controller()
@UseGuards(LogtoApiGuard)
class SingleTenantController {
  @Get('data')
  data(): string {
    return 'data';
  }

  @Get('organizations/:orgId')
  @RequireOrganization({ param: 'orgId' })
  byParam(): string {
    return 'by param';
  }
}

const notAMember = { status: 403, code: 'organization_required' };
const mismatch = { status: 403, code: 'organization_mismatch' };

describe('@RequireOrganization', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  let app: TestApp;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = closeLater(await RealTokens.from(issuer));
    app = await startApp({
      issuer,
      controllers: [TenantsController],
      logto: {
        ...tokenOptions,
        scopes: [...(tokenOptions.scopes ?? []), UserScope.OrganizationRoles, 'remove'],
        api: { audience: resource },
      },
    });
  });

  describe('for a signed-in user', () => {
    let ada: Browser;

    beforeEach(async () => {
      ada = app.browser();
      await ada.signIn(issuer, 'ada');
      issuer.resetRequests();
    });

    afterEach(() => issuer.clearFaults());

    const asks = (path: string, headers: Record<string, string> = {}): Promise<Page> =>
      ada.fetch(path, { headers });

    it('accepts a member, and finds the organization by parameter, header or function', async () => {
      expect((await asks('/organizations/org_1')).text).toBe('ada');
      expect((await asks('/by-header', { 'x-org': 'org_1' })).text).toBe('by header');
      expect((await asks('/by-function?org=org_1')).text).toBe('by function');
      expect(issuer.requests()).toEqual([]);
    });

    it.each([
      ['another organization', '/organizations/org_2'],
      ['an unknown organization', '/organizations/org_9'],
      ['a prefix of the id', '/organizations/org_'],
      ['two ids in one parameter', '/organizations/org_1,org_2'],
      ['a missing header', '/by-header'],
      ['no id from the function', '/by-function'],
      ['two ids from the function', '/by-function?org=org_1&org=org_2'],
    ])('denies %s', async (_, path) => {
      expect(refusalOf(await asks(path))).toEqual({ ...notAMember, challenge: null });
    });

    it('denies an empty header, and one with two ids', async () => {
      for (const value of ['', 'org_1, org_1', 'org_1 org_2']) {
        expect(refusalOf(await asks('/by-header', { 'x-org': value }))).toMatchObject(notAMember);
      }
    });

    it('given twice, requires both sources to agree, even for a member of both organizations', async () => {
      issuer.updateUser('ada', {
        organizations: [
          { id: 'org_1', roles: ['member'] },
          { id: 'org_2', roles: ['member'] },
        ],
      });
      await ada.signIn(issuer, 'ada');
      issuer.updateUser('ada', { organizations: [{ id: 'org_1', roles: ['member'] }] });
      const both = '/organizations/org_1/both';

      expect((await asks(both, { 'x-org': 'org_1' })).text).toBe('both agree');
      expect((await asks('/organizations/org_2/both', { 'x-org': 'org_2' })).text).toBe('both agree');
      expect(refusalOf(await asks(both, { 'x-org': 'org_2' }))).toMatchObject(notAMember);
      expect(refusalOf(await asks(both))).toMatchObject(notAMember);
    });

    it('takes organization permissions from the organization token', async () => {
      expect((await asks('/organizations/org_1/invite')).text).toBe('invited');
      expect(issuer.requests('token').at(-1)?.body).toMatchObject({ organization_id: 'org_1' });
      expect((await asks('/organizations/org_1/remove')).json()).toMatchObject({
        status: 403,
        code: 'insufficient_scope',
        detail: 'This request requires the organization permission "remove".',
        scope: 'invite remove',
      });
    });

    it('takes organization roles from the claims, even when their names contain spaces', async () => {
      expect((await asks('/organizations/org_1/members')).text).toBe('members');
      expect((await asks('/organizations/org_1/owners')).json()).toMatchObject({
        status: 403,
        code: 'insufficient_organization_role',
        detail: 'This request requires the organization role "owner of it all".',
        roles: ['owner of it all'],
      });
    });

    it('makes @RequireScopes look for the scopes within the organization', async () => {
      expect((await asks('/organizations/org_1/things')).text).toBe('things');
      expect(issuer.requests('token').at(-1)?.body).toMatchObject({ organization_id: 'org_1', resource });
    });

    it('is required by the other organization decorators, and their error says so', async () => {
      expect(refusalOf(await asks('/incomplete'))).toMatchObject({
        status: 500,
        code: 'requirement_incomplete',
      });
    });

    it('answers 503 when the permissions cannot be fetched', async () => {
      issuer.failNext('token', { times: 2, destroy: true });
      expect(refusalOf(await asks('/organizations/org_1/invite'))).toMatchObject({ status: 503 });
    });
  });

  describe('for a bearer token', () => {
    const inOrganization = (organizationId: string, username = 'ada'): Promise<string> =>
      tokens.ofUser(username, { organizationId });

    it('accepts a token of the organization', async () => {
      for (const token of [
        await inOrganization('org_1'),
        await tokens.ofUser('ada', { resource, organizationId: 'org_1' }),
        await tokens.ofMachine({ organization_id: 'org_1' }),
      ]) {
        expect((await call(app, '/organizations/org_1', token)).status).toBe(200);
        expect((await call(app, '/by-function?org=org_1', token)).status).toBe(200);
        expect((await call(app, '/by-header', token, { headers: { 'x-org': 'org_1' } })).status).toBe(200);
      }
    });

    it('denies the token of another organization', async () => {
      const token = await inOrganization('org_2', 'bob');

      expect((await call(app, '/organizations/org_2', token)).status).toBe(200);
      expect(refusalOf(await call(app, '/organizations/org_1', token))).toEqual({
        ...mismatch,
        challenge: 'Bearer error="insufficient_scope"',
      });
    });

    it('denies a token for the API within another organization', async () => {
      const token = await tokens.ofUser('ada', { resource, organizationId: 'org_1' });

      expect(refusalOf(await call(app, '/organizations/org_2', token))).toMatchObject(mismatch);
    });

    it('denies a token for another API within that organization', async () => {
      const foreign = await tokens.ofUser('ada', { resource: otherResource, organizationId: 'org_1' });

      expect(refusalOf(await call(app, '/organizations/org_1', foreign))).toMatchObject({
        status: 401,
        code: 'invalid_token',
      });
    });

    it('denies a token without an organization, even of a member', async () => {
      const token = await tokens.ofUser('ada', { resource });

      expect(refusalOf(await call(app, '/organizations/org_1', token))).toMatchObject(notAMember);
    });

    it('is required for organization tokens: a route without it denies them, because one tenant could read the data of all others', async () => {
      for (const token of [
        await inOrganization('org_1'),
        await tokens.ofUser('ada', { resource, organizationId: 'org_1' }),
        await tokens.ofMachine({ organization_id: 'org_1' }),
      ]) {
        expect(refusalOf(await call(app, '/unbound', token))).toMatchObject(mismatch);
      }
      expect((await call(app, '/unbound', await tokens.ofUser('ada', { resource }))).status).toBe(200);
    });

    it('verifies the token first: an invalid one is 401 even without an organization id', async () => {
      expect(refusalOf(await call(app, '/by-header', 'not-a-token'))).toMatchObject({
        status: 401,
        code: 'invalid_token',
      });
    });

    it('takes organization permissions only from organization tokens, not from scopes of the API with the same name', async () => {
      const provider = await startHostileProvider();
      const own = await startApi({ issuer: provider, controllers: [TenantsController] });
      const token = (claims: object): Promise<string> =>
        signAccessToken(provider, { scope: 'invite', ...claims });
      const invite = '/organizations/org_1/invite';
      const ofOrganization = await token({ aud: buildOrganizationUrn('org_1') });
      const ofApi = await token({ aud: resource, organization_id: 'org_1' });

      expect((await call(app, invite, await inOrganization('org_1'))).text).toBe('invited');
      expect((await call(own, invite, ofOrganization)).text).toBe('invited');
      expect(refusalOf(await call(own, invite, ofApi))).toEqual({
        status: 403,
        code: 'insufficient_scope',
        challenge: 'Bearer error="insufficient_scope", scope="invite"',
      });
    });

    it('takes scopes of the API only from tokens for the API', async () => {
      const things = '/organizations/org_1/things';
      const token = await tokens.ofUser('ada', { resource, organizationId: 'org_1' });
      expect((await call(app, things, token)).text).toBe('things');
      expect(refusalOf(await call(app, things, await inOrganization('org_1')))).toMatchObject({
        status: 403,
        code: 'insufficient_scope',
      });
    });

    it('reports roles that are not in the token, rather than missing roles', async () => {
      expect(
        refusalOf(await call(app, '/organizations/org_1/members', await inOrganization('org_1'))),
      ).toMatchObject({ status: 403, code: 'roles_not_in_token' });
    });
  });

  describe('in an API of one organization', () => {
    let api: TestApp;

    beforeAll(async () => {
      api = await startApi({
        issuer,
        controllers: [SingleTenantController],
        api: { audience: [resource, buildOrganizationUrn('org_1')] },
      });
    });

    it('is not needed for the organization that `api.audience` names', async () => {
      for (const token of [
        await tokens.ofUser('ada', { organizationId: 'org_1' }),
        await tokens.ofUser('ada', { resource, organizationId: 'org_1' }),
        await tokens.ofUser('ada', { resource }),
      ]) {
        expect((await call(api, '/data', token)).status).toBe(200);
      }
    });

    it('denies every other organization', async () => {
      for (const token of [
        await tokens.ofUser('bob', { organizationId: 'org_2' }),
        await tokens.ofUser('bob', { resource, organizationId: 'org_2' }),
      ]) {
        expect(refusalOf(await call(api, '/data', token))).toMatchObject(mismatch);
      }
      const ours = await tokens.ofUser('ada', { organizationId: 'org_1' });
      expect(refusalOf(await call(api, '/organizations/org_2', ours))).toMatchObject(notAMember);
    });
  });
});
