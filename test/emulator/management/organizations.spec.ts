import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';

import { decode } from '../support/recording.js';
import { webClient } from '../support/web-client.js';
import { at, startManaged, type ManagementClient } from './support/management.js';

let emulator: LogtoEmulator;
let client: ManagementClient;

beforeEach(async () => {
  ({ emulator, client } = await startManaged());
});

const acme = at({ id: 'acme' });
const adaInAcme = at({ id: 'acme', userId: 'ada' });

/** The id of the organization role `member`. */
async function memberRole(): Promise<string> {
  const { data } = await client.GET('/api/organization-roles');
  return data?.[0]?.id ?? '';
}

describe('Organizations of the Management API', () => {
  it('are created, found, changed and deleted', async () => {
    const created = await client.POST('/api/organizations', {
      body: { name: 'Globex', customData: { plan: 'pro' } },
    });
    expect(created.response.status).toBe(201);
    const organization = at({ id: created.data?.id ?? '' });
    const { data: found } = await client.GET('/api/organizations', { params: { query: { q: 'glob' } } });
    expect(found).toEqual([created.data]);

    await client.PATCH('/api/organizations/{id}', { ...organization, body: { description: 'A company.' } });
    expect((await client.GET('/api/organizations/{id}', organization)).data).toMatchObject({
      name: 'Globex',
      description: 'A company.',
      customData: { plan: 'pro' },
    });
    await client.DELETE('/api/organizations/{id}', organization);
    expect(await client.GET('/api/organizations/{id}', organization)).toMatchObject({
      error: { code: 'entity.not_exists_with_id' },
      response: { status: 404 },
    });
  });

  it('have members, who get organization tokens', async () => {
    const { data } = await client.POST('/api/organizations/{id}/users', {
      ...acme,
      body: { userIds: ['ada'] },
    });
    expect(data).toEqual({ userIds: ['ada'] });
    await client.PUT('/api/organizations/{id}/users/{userId}/roles', {
      ...adaInAcme,
      body: { organizationRoleNames: ['member'] },
    });

    const web = webClient(emulator);
    const tokens = await web.signIn({
      prompt: 'consent',
      scope: 'openid offline_access urn:logto:scope:organizations urn:logto:scope:organization_roles invite',
      resource: 'urn:logto:resource:organizations',
    });
    expect(decode(tokens.body['id_token'])).toMatchObject({
      payload: { organizations: ['acme'], organization_roles: ['acme:member'] },
    });
    const refreshed = await web.refresh(tokens.body['refresh_token'], { organization_id: 'acme' });
    expect(refreshed.body['scope']).toBe('invite');
  });

  it('list their members, and users list their organizations', async () => {
    await client.PUT('/api/organizations/{id}/users', { ...acme, body: { userIds: ['ada', 'grace'] } });
    const role = { id: await memberRole(), name: 'member' };
    await client.POST('/api/organizations/{id}/users/roles', {
      ...acme,
      body: { userIds: ['ada'], organizationRoleIds: [role.id] },
      parseAs: 'text',
    });

    const query = { organizationRoleId: role.id };
    const members = await client.GET('/api/organizations/{id}/users', {
      params: { path: { id: 'acme' }, query },
    });
    expect(members.data).toMatchObject([{ id: 'ada', organizationRoles: [role] }]);
    expect((await client.GET('/api/users/{userId}/organizations', at({ userId: 'ada' }))).data).toMatchObject(
      [{ id: 'acme', organizationRoles: [role] }],
    );
    expect((await client.GET('/api/organizations/{id}/users/{userId}/scopes', adaInAcme)).data).toMatchObject(
      [{ name: 'invite' }],
    );
    const featured = await client.GET('/api/organizations', { params: { query: { showFeatured: 'true' } } });
    expect(featured.data).toMatchObject([{ usersCount: 2, featuredUsers: [{ id: 'ada' }, { id: 'grace' }] }]);
  });

  it('lose members, who lose their roles there', async () => {
    emulator.updateUser('ada', { organizations: [{ id: 'acme', roles: ['member'] }] });
    const removed = at({ id: 'acme', userId: 'ada', organizationRoleId: await memberRole() });
    const removeRole = () =>
      client.DELETE('/api/organizations/{id}/users/{userId}/roles/{organizationRoleId}', removed);
    expect([(await removeRole()).response.status, (await removeRole()).response.status]).toEqual([204, 404]);
    expect((await client.GET('/api/organizations/{id}/users/{userId}/roles', adaInAcme)).data).toEqual([]);

    const leave = () => client.DELETE('/api/organizations/{id}/users/{userId}', adaInAcme);
    expect([(await leave()).response.status, (await leave()).response.status]).toEqual([204, 404]);
    expect(await client.GET('/api/organizations/{id}/users/{userId}/roles', adaInAcme)).toMatchObject({
      error: { code: 'organization.require_membership' },
      response: { status: 422 },
    });
    const unknown = await client.POST('/api/organizations/{id}/users', {
      ...acme,
      body: { userIds: ['nobody'] },
    });
    expect(unknown).toMatchObject({ error: { code: 'entity.relation_foreign_key_not_found' } });
  });
});

describe('Organization roles of the Management API', () => {
  it('are created with scopes, changed and deleted', async () => {
    const { data: scope } = await client.POST('/api/organization-scopes', { body: { name: 'hire' } });
    const { data: resources } = await client.GET('/api/resources', {
      params: { query: { includeScopes: 'true' } },
    });
    const read = resources?.flatMap(({ scopes = [] }) => scopes).find(({ name }) => name === 'read');
    const { data: role } = await client.POST('/api/organization-roles', {
      body: { name: 'manager', organizationScopeIds: [scope?.id ?? ''], resourceScopeIds: [read?.id ?? ''] },
    });
    const manager = at({ id: role?.id ?? '' });
    expect(
      (await client.GET('/api/organization-roles', { params: { query: { q: 'mana' } } })).data,
    ).toMatchObject([{ name: 'manager', scopes: [{ name: 'hire' }], resourceScopes: [{ name: 'read' }] }]);

    emulator.updateUser('ada', { organizations: [{ id: 'acme', roles: ['manager'] }] });
    await client.PATCH('/api/organization-roles/{id}', { ...manager, body: { name: 'boss' } });
    expect(emulator.getUser('ada').organizations).toEqual([{ id: 'acme', roles: ['boss'] }]);
    await client.DELETE('/api/organization-roles/{id}', manager);
    expect(emulator.getUser('ada').organizations).toEqual([{ id: 'acme', roles: [] }]);
  });

  it('get and lose scopes', async () => {
    const { data: scopes } = await client.GET('/api/organization-scopes');
    const [invite = '', bill = ''] = scopes?.map(({ id }) => id) ?? [];
    const role = at({ id: await memberRole() });
    await client.POST('/api/organization-roles/{id}/scopes', {
      ...role,
      body: { organizationScopeIds: [bill] },
      parseAs: 'text',
    });
    await client.DELETE(
      '/api/organization-roles/{id}/scopes/{organizationScopeId}',
      at({ ...role.params.path, organizationScopeId: invite }),
    );
    expect((await client.GET('/api/organization-roles/{id}/scopes', role)).data).toMatchObject([
      { name: 'bill' },
    ]);

    await client.DELETE('/api/organization-scopes/{id}', at({ id: bill }));
    expect((await client.GET('/api/organization-roles/{id}/scopes', role)).data).toEqual([]);
  });
});

describe('Invitations of the Management API', () => {
  const invite = async (expiresIn = 60_000) => {
    const { data, response } = await client.POST('/api/organization-invitations', {
      body: {
        invitee: 'ada@example.com',
        organizationId: 'acme',
        organizationRoleIds: [await memberRole()],
        expiresAt: Date.now() + expiresIn,
        messagePayload: false,
      },
    });
    return { id: data?.id ?? '', data, status: response.status };
  };

  it('make the user a member once they accept', async () => {
    const { id, data } = await invite();
    expect(data).toMatchObject({
      status: 'Pending',
      acceptedUserId: null,
      organizationRoles: [{ name: 'member' }],
    });
    const accept = (acceptedUserId: string) =>
      client.PUT('/api/organization-invitations/{id}/status', {
        ...at({ id }),
        body: { status: 'Accepted', acceptedUserId },
      });

    expect((await accept('grace')).response.status).toBe(422);
    expect((await accept('ada')).data).toMatchObject({ status: 'Accepted', acceptedUserId: 'ada' });
    expect(emulator.getUser('ada').organizations).toEqual([{ id: 'acme', roles: ['member'] }]);
    expect((await accept('ada')).response.status).toBe(422);
  });

  it('are listed, revoked and deleted, and expire', async () => {
    const { id } = await invite();
    const query = { organizationId: 'acme', invitee: 'ada@example.com' };
    expect((await client.GET('/api/organization-invitations', { params: { query } })).data).toMatchObject([
      { id },
    ]);
    expect(
      (await client.GET('/api/organization-invitations', { params: { query: { invitee: 'b@c.de' } } })).data,
    ).toEqual([]);

    const revoked = await client.PUT('/api/organization-invitations/{id}/status', {
      ...at({ id }),
      body: { status: 'Revoked' },
    });
    expect(revoked.data?.status).toBe('Revoked');
    await client.DELETE('/api/organization-invitations/{id}', at({ id }));
    expect((await client.GET('/api/organization-invitations/{id}', at({ id }))).response.status).toBe(404);
    expect((await invite(-1)).status).toBe(400);
  });
});
