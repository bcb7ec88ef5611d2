import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { Controller, Get, Injectable, UseGuards } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import {
  LogtoGuard,
  LogtoService,
  OnLogtoEvent,
  RequireOrganization,
  RequireRoles,
  UserScope,
  type LogtoModuleOptions,
} from 'nestjs-logto';
import type { WebSocket } from 'ws';
import { EventDelivery } from '../../src/webhooks/event-delivery.js';
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { freePort } from '../support/app/free-port.js';
import type { Browser } from '../support/requests/browser.js';
import { EventStream } from '../support/requests/event-stream.js';
import { resource, startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { sessionMounts } from '../support/app/session-mounts.js';
import { isSignedIn } from '../support/requests/is-signed-in.js';
import { StreamsController } from '../support/controllers/streams.controller.js';
import { until } from '../support/requests/waiting.js';
import { WsClient } from '../user/support/ws-client.js';
import {
  aboutUser,
  postWebhook,
  sendWebhook,
  signingKey,
  suspended,
  webhookBody,
} from './support/send-webhook.js';

@Controller()
@UseGuards(LogtoGuard)
class ClubController {
  @Get('admins')
  @RequireRoles('admin')
  admins(): string {
    return 'for admins';
  }

  @Get('orgs/:org')
  @RequireOrganization({ param: 'org' })
  organization(): string {
    return 'for members';
  }
}

@Injectable()
class Failing {
  @OnLogtoEvent('User.Deleted')
  fail(): void {
    throw new Error('the database is away');
  }
}

/** Disconnects clients whose sign-in ends. */
@WebSocketGateway({ path: '/ws' })
class DisconnectingGateway implements OnGatewayConnection {
  constructor(private readonly logto: LogtoService) {}

  handleConnection(client: WebSocket, request: IncomingMessage): void {
    this.logto.bindHandshake(client, request);
    this.logto.signedOut(client).addEventListener('abort', () => client.close());
  }
}

const port = await freePort();
const webhookUrl = `http://localhost:${port}/logto/webhooks`;
const issuer = await startIssuer({ webhooks: [{ url: webhookUrl, signingKey }] });
const reset = (): void => {
  issuer.restoreUser('bob');
  issuer.updateUser('ada', { roles: ['admin'], organizations: [{ id: 'org_1', roles: ['member'] }] });
};

/** Only webhooks refresh the claims. */
const logto: Partial<LogtoModuleOptions> = {
  webhooks: { signingKey },
  revalidateAfter: 365 * 24 * 3600,
  scopes: [UserScope.Roles, UserScope.Organizations],
  resources: [resource],
};
const controllers = [PagesController, ClubController, StreamsController];

describe.each(sessionMounts)('A webhook, with a session that %s mounts,', (_, mount) => {
  let store: MemorySessionStore;
  let app: TestApp;
  let parts: TestAppParts;

  beforeEach(async () => {
    store = new MemorySessionStore();
    const mounted = mount({ store });
    parts = { issuer, controllers, ...mounted, logto: { ...mounted.logto, ...logto } };
    app = await startApp(parts);
  });

  afterEach(reset);

  const statusOf = async (browser: Browser, path: string): Promise<number> =>
    (await browser.open(path)).status;

  it.each([
    ['suspended', 'User.SuspensionStatus.Updated', suspended('bob')],
    ['deleted', 'User.Deleted', aboutUser('bob')],
    ['deleted, by an older Logto', 'User.Deleted', { params: { userId: 'bob' }, data: null }],
  ])('signs out a user who was %s, in every browser and on every instance', async (_case, event, members) => {
    const other = await startApp({ ...parts, instanceOf: app });
    const [laptop, phone] = [
      await app.signedInBrowser(issuer, 'bob'),
      await app.signedInBrowser(issuer, 'bob'),
    ];
    const ada = await app.signedInBrowser(issuer);
    await laptop.open(`${other.baseUrl}/protected`);

    expect((await sendWebhook(other, event, members)).status).toBe(204);

    for (const { baseUrl } of [app, other]) {
      expect(await statusOf(laptop, `${baseUrl}/protected`)).toBe(302);
      expect(await statusOf(phone, `${baseUrl}/protected`)).toBe(302);
    }
    expect(await isSignedIn(ada)).toBe(true);
  });

  it('ends the sessions on an instance that has had no other request', async () => {
    const browser = await app.signedInBrowser(issuer, 'bob');
    const fresh = await startApp({ ...parts, instanceOf: app });
    expect((await sendWebhook(fresh, 'User.SuspensionStatus.Updated', suspended('bob'))).status).toBe(204);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('does not sign a user out who was restored or has signed in', async () => {
    const browser = await app.signedInBrowser(issuer, 'bob');
    await sendWebhook(app, 'User.SuspensionStatus.Updated', aboutUser('bob', { isSuspended: false }));
    await sendWebhook(app, 'PostSignIn', { userId: 'bob', user: { id: 'bob' } });
    await sendWebhook(app, 'PostSignInAdaptiveMfaTriggered', { userId: 'bob' });
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('ends an open stream of a user who was suspended', async () => {
    const browser = await app.signedInBrowser(issuer, 'bob');
    const cookie = browser.cookies.header(app.baseUrl);
    const stream = await EventStream.open(`${app.baseUrl}/ticks`, { cookie });
    await stream.expectMoreEvents();
    await sendWebhook(app, 'User.SuspensionStatus.Updated', suspended('bob'));
    await stream.expectEnd();
  });

  it.each([
    ['by an administrator', aboutUser('ada')],
    ['in their custom data, where an `id` is not theirs', { params: { userId: 'ada' }, data: { id: 'bob' } }],
    ['by themselves', { data: { id: 'ada' } }],
  ])('refreshes the claims of a user who was changed %s, at the next request', async (_case, members) => {
    const browser = await app.signedInBrowser(issuer);
    issuer.updateUser('ada', { roles: [] });
    expect(await statusOf(browser, '/admins')).toBe(200);

    await sendWebhook(app, 'User.Data.Updated', members);

    expect(await statusOf(browser, '/admins')).toBe(403);
    issuer.resetRequests();
    await browser.open('/admins');
    expect(issuer.countRequests('token')).toBe(0);
  });

  it.each([
    ['added to', '/orgs/org_2', 403, 200, { addedUserIds: ['bob', 'ada'] }],
    ['removed from', '/orgs/org_1', 200, 403, { removedUserIds: ['ada'] }],
  ])(
    'refreshes the claims of members who were %s an organization',
    async (_case, path, before, after, delta) => {
      const browser = await app.signedInBrowser(issuer);
      issuer.updateUser('ada', { organizations: [{ id: 'org_2', roles: [] }] });
      expect(await statusOf(browser, path)).toBe(before);

      await sendWebhook(app, 'Organization.Membership.Updated', { organizationId: 'org', ...delta });

      expect(await statusOf(browser, path)).toBe(after);
    },
  );

  it('refreshes nothing for an event that names no user', async () => {
    const browser = await app.signedInBrowser(issuer);
    await sendWebhook(app, 'Role.Scopes.Updated', { params: { id: 'admin' }, data: [] });
    await sendWebhook(app, 'Organization.Membership.Updated', { organizationId: 'org_1' });
    await sendWebhook(app, 'Organization.Deleted', { params: { id: 'org_1' } });
    issuer.resetRequests();
    expect(await statusOf(browser, '/admins')).toBe(200);
    expect(issuer.countRequests('token')).toBe(0);
  });

  it('is sent again by Logto while the store is down, and then ends the sessions', async () => {
    const browser = await app.signedInBrowser(issuer, 'bob');
    const body = webhookBody('User.SuspensionStatus.Updated', suspended('bob'));
    store.shouldFail = () => true;
    expect((await postWebhook(app, body)).status).toBeGreaterThanOrEqual(500);
    store.shouldFail = () => false;
    expect((await postWebhook(app, body)).status).toBe(204);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('is not answered with 204 while the store hangs', async () => {
    await app.signedInBrowser(issuer, 'bob');
    app.app.get(EventDelivery, { strict: false }).deadline = 50;
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    store.beforeSet = () => released;
    const answer = await sendWebhook(app, 'User.SuspensionStatus.Updated', suspended('bob'));
    release();
    expect([answer.status, answer.json().code]).toEqual([500, 'webhook_failed']);
  });
});

describe('A webhook', () => {
  afterEach(reset);

  it('signs out a user who is suspended at Logto at once, and closes their sockets', async () => {
    const app = await startApp({
      issuer,
      controllers,
      logto,
      port,
      providers: [DisconnectingGateway],
      configure: (nest) => nest.useWebSocketAdapter(new WsAdapter(nest)),
    });
    const browser = await app.signedInBrowser(issuer, 'bob');
    const socket = await WsClient.connect(app, { cookie: browser.cookies.header(app.baseUrl) });

    issuer.suspendUser('bob');

    await until(async () => !(await isSignedIn(browser)));
    await socket.closed;
  });

  it('ends sessions although a handler fails', async () => {
    const app = await startApp({ issuer, controllers, logto, providers: [Failing] });
    const browser = await app.signedInBrowser(issuer, 'bob');
    expect((await sendWebhook(app, 'User.Deleted', aboutUser('bob'))).status).toBe(500);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('leaves sessions alone with `endSessions: false`', async () => {
    const app = await startApp({
      issuer,
      controllers,
      logto: { ...logto, webhooks: { signingKey, endSessions: false } },
    });
    const browser = await app.signedInBrowser(issuer, 'bob');
    expect((await sendWebhook(app, 'User.Deleted', aboutUser('bob'))).status).toBe(204);
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('fails in an app whose session is missing, and the log says why', async () => {
    const app = await startApp({ issuer, controllers, logto: { ...logto, session: undefined } });
    expect((await sendWebhook(app, 'User.Deleted', aboutUser('bob'))).status).toBe(500);
    expect(leaks.logged.join('\n')).toMatch(/session store is not known yet/);
  });
});
