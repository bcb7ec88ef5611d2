import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';

import { decode } from '../support/recording.js';
import { webClient } from '../support/web-client.js';
import { at, startManaged, type ManagementClient } from './support/management.js';

const resource = 'https://api.example.com';

let emulator: LogtoEmulator;
let client: ManagementClient;

beforeEach(async () => {
  ({ emulator, client } = await startManaged());
});

const ada = at({ userId: 'ada' });

/** The id of a scope of the resource, by its name. */
async function scopeId(name: string): Promise<string> {
  const { data } = await client.GET('/api/resources', { params: { query: { includeScopes: 'true' } } });
  const scopes = data?.find(({ indicator }) => indicator === resource)?.scopes ?? [];
  return scopes.find((scope) => scope.name === name)?.id ?? '';
}

describe('Roles of the Management API', () => {
  it('are those of the configuration, with the same ids at every start', async () => {
    const { data } = await client.GET('/api/roles');
    const other = await startManaged();

    expect(data).toMatchObject([
      { name: 'reader', type: 'User', isDefault: false, usersCount: 0 },
      {
        name: 'Logto Management API access',
        type: 'MachineToMachine',
        applicationsCount: 1,
        featuredApplications: [{ id: 'management' }],
      },
    ]);
    expect((await other.client.GET('/api/roles')).data?.map(({ id }) => id)).toEqual(
      data?.map(({ id }) => id),
    );
  });

  it('are created with scopes, given to a user, and are in the next tokens', async () => {
    const { data: role } = await client.POST('/api/roles', {
      body: { name: 'writer', description: 'Writes.', scopeIds: [await scopeId('write')] },
    });
    const roleIds = [role?.id ?? ''];
    const added = await client.POST('/api/users/{userId}/roles', { ...ada, body: { roleIds } });
    expect(added.data).toEqual({ roleIds, addedRoleIds: roleIds });

    const web = webClient(emulator);
    const tokens = await web.signIn({
      prompt: 'consent',
      scope: 'openid offline_access roles write',
      resource,
    });
    expect(decode(tokens.body['id_token'])).toMatchObject({ payload: { roles: ['writer'] } });
    const { body } = await web.refresh(tokens.body['refresh_token'], { resource });
    expect(body['scope']).toBe('write');
  });

  it('of a user are listed, replaced and removed', async () => {
    const [reader] = (await client.GET('/api/roles')).data ?? [];
    const { data: role } = await client.POST('/api/roles', {
      body: { name: 'writer', description: 'Writes.' },
    });
    const [first = '', second = ''] = [reader?.id, role?.id];
    await client.POST('/api/users/{userId}/roles', { ...ada, body: { roleIds: [first] } });
    const again = await client.POST('/api/users/{userId}/roles', {
      ...ada,
      body: { roleIds: [first, second] },
    });
    expect(again.data?.addedRoleIds).toEqual([second]);

    await client.PUT('/api/users/{userId}/roles', { ...ada, body: { roleIds: [second] } });
    expect((await client.GET('/api/users/{userId}/roles', ada)).data).toMatchObject([{ name: 'writer' }]);
    const remove = () =>
      client.DELETE('/api/users/{userId}/roles/{roleId}', at({ userId: 'ada', roleId: second }));
    expect([(await remove()).response.status, (await remove()).response.status]).toEqual([204, 404]);
    expect(emulator.getUser('ada').roles).toEqual([]);
  });

  it('cannot be assigned to users if they are for applications or unknown', async () => {
    const { data } = await client.GET('/api/roles', { params: { query: { type: 'MachineToMachine' } } });
    const assign = (roleId: string) =>
      client.POST('/api/users/{userId}/roles', { ...ada, body: { roleIds: [roleId] } });

    expect(await assign(data?.[0]?.id ?? '')).toMatchObject({ error: { code: 'user.invalid_role_type' } });
    expect(await assign('unknown')).toMatchObject({
      error: { code: 'entity.not_exists_with_id' },
      response: { status: 404 },
    });
  });

  it('are renamed, and users keep them', async () => {
    emulator.updateUser('ada', { roles: ['reader'] });
    const [reader] = (await client.GET('/api/roles')).data ?? [];
    const role = at({ id: reader?.id ?? '' });

    await client.PATCH('/api/roles/{id}', { ...role, body: { name: 'librarian' } });

    expect(emulator.getUser('ada').roles).toEqual(['librarian']);
    expect((await client.GET('/api/roles/{id}', role)).data).toMatchObject({ name: 'librarian' });
    const taken = await client.POST('/api/roles', { body: { name: 'librarian', description: 'Again.' } });
    expect(taken).toMatchObject({ error: { code: 'role.name_in_use' }, response: { status: 422 } });
    await client.DELETE('/api/roles/{id}', role);
    expect(emulator.getUser('ada').roles).toEqual([]);
  });

  it('have users', async () => {
    const [reader] = (await client.GET('/api/roles')).data ?? [];
    const id = reader?.id ?? '';
    const add = () =>
      client.POST('/api/roles/{id}/users', {
        ...at({ id }),
        body: { userIds: ['ada', 'grace'] },
        parseAs: 'text',
      });

    // Logto has no body to send, and sends the status text.
    expect(await add()).toMatchObject({ data: 'Created', response: { status: 201 } });
    expect(await add()).toMatchObject({ response: { status: 422 } });
    await client.DELETE('/api/roles/{id}/users/{userId}', at({ id, userId: 'ada' }));
    expect((await client.GET('/api/roles/{id}/users', at({ id }))).data).toMatchObject([{ id: 'grace' }]);
  });

  it('have scopes', async () => {
    const [reader] = (await client.GET('/api/roles')).data ?? [];
    const id = reader?.id ?? '';
    const body = { scopeIds: [await scopeId('write')] };
    expect((await client.POST('/api/roles/{id}/scopes', { ...at({ id }), body })).data).toMatchObject([
      { name: 'write' },
    ]);
    const removed = at({ id, scopeId: await scopeId('read') });
    expect((await client.DELETE('/api/roles/{id}/scopes/{scopeId}', removed)).response.status).toBe(204);

    expect((await client.GET('/api/roles/{id}/scopes', at({ id }))).data).toMatchObject([
      { name: 'write', resource: { indicator: resource } },
    ]);
  });
});

describe('API resources of the Management API', () => {
  it('are created with scopes, and get tokens', async () => {
    const indicator = 'https://other.example.com';
    const { data } = await client.POST('/api/resources', {
      body: { name: 'Other', indicator, accessTokenTtl: 60 },
    });
    const resourceId = data?.id ?? '';
    const scope = await client.POST('/api/resources/{resourceId}/scopes', {
      ...at({ resourceId }),
      body: { name: 'see', description: 'Sees.' },
    });
    const { data: role } = await client.POST('/api/roles', {
      body: { name: 'seer', description: 'Sees.', scopeIds: [scope.data?.id ?? ''] },
    });
    await client.POST('/api/users/{userId}/roles', { ...ada, body: { roleIds: [role?.id ?? ''] } });

    const web = webClient(emulator);
    const tokens = await web.signIn({
      prompt: 'consent',
      scope: 'openid offline_access see',
      resource: indicator,
    });
    const { body } = await web.refresh(tokens.body['refresh_token'], { resource: indicator });
    expect(body).toMatchObject({ scope: 'see', expires_in: 60 });
  });

  it('are changed and deleted, with their scopes in roles', async () => {
    const { data } = await client.GET('/api/resources');
    const id = data?.find(({ indicator }) => indicator === resource)?.id ?? '';
    const changed = await client.PATCH('/api/resources/{id}', {
      ...at({ id }),
      body: { accessTokenTtl: 60 },
    });
    expect(changed.data).toMatchObject({ indicator: resource, accessTokenTtl: 60 });
    const scopes = at({ resourceId: id, scopeId: await scopeId('write') });
    await client.DELETE('/api/resources/{resourceId}/scopes/{scopeId}', scopes);
    expect(
      (await client.GET('/api/resources/{resourceId}/scopes', at({ resourceId: id }))).data,
    ).toMatchObject([{ name: 'read' }]);

    await client.DELETE('/api/resources/{id}', at({ id }));
    const [reader] = (await client.GET('/api/roles')).data ?? [];
    expect((await client.GET('/api/roles/{id}/scopes', at({ id: reader?.id ?? '' }))).data).toEqual([]);
    expect((await client.GET('/api/resources/{id}', at({ id }))).response.status).toBe(404);
  });
});
