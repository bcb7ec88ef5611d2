import { afterAll, describe, expect, it } from '@jest/globals';

import { Receiver } from '../support/receiver.js';
import { at, startManaged } from './support/management.js';

const receiver = new Receiver();
const url = `${await receiver.start()}/hook`;
afterAll(() => receiver.close());

const { client } = await startManaged({ webhooks: [{ url }] });

/** The next webhook of this event. */
const received = async (event: string): Promise<unknown> => {
  const { body } = await receiver.next((request) => request.body.includes(`"event":"${event}"`));
  return JSON.parse(body);
};

const grace = at({ userId: 'grace' });

describe('Changes by the Management API', () => {
  it('send the same webhooks as the methods of the emulator', async () => {
    await client.POST('/api/users', { body: { username: 'eve' } });
    expect(await received('User.Created')).toMatchObject({ method: 'POST', data: { username: 'eve' } });

    await client.PATCH('/api/users/{userId}', { ...grace, body: { name: 'Amazing Grace' } });
    expect(await received('User.Data.Updated')).toMatchObject({ data: { name: 'Amazing Grace' } });

    await client.POST('/api/organizations/{id}/users', {
      ...at({ id: 'acme' }),
      body: { userIds: ['grace'] },
    });
    expect(await received('Organization.Membership.Updated')).toMatchObject({
      organizationId: 'acme',
      addedUserIds: ['grace'],
    });

    await client.PATCH('/api/users/{userId}/is-suspended', { ...grace, body: { isSuspended: true } });
    expect(await received('User.SuspensionStatus.Updated')).toMatchObject({ data: { isSuspended: true } });

    await client.DELETE('/api/users/{userId}', grace);
    expect(await received('User.Deleted')).toMatchObject({ status: 204, data: { id: 'grace' } });
  });
});
