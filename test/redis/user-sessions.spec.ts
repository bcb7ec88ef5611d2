import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import {
  IdTokenClaims,
  LogtoSessions,
  LogtoSignInEvent,
  LogtoWebhookEvent,
  OnLogtoEvent,
  OnSignIn,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser } from '../support/requests/browser.js';
import { startIssuer } from '../support/logto/issuer.js';
import { closeLater } from '../support/runner/leftovers.js';
import {
  UserSessionsController,
  type ListedSession,
} from '../support/controllers/user-sessions.controller.js';
import { tokenTenant } from '../support/app/token-app.js';
import { postWebhook, signingKey, suspended, webhookBody } from '../webhooks/support/send-webhook.js';
import { startInstance, type Instance } from './support/instances.js';
import { RedisServer } from './support/redis-server.js';

@Injectable()
class Observed {
  readonly events: string[] = [];

  @OnSignIn()
  signedIn({ claims }: LogtoSignInEvent): void {
    this.events.push(`${claims.sub} signed in`);
  }

  @OnLogtoEvent('User.SuspensionStatus.Updated')
  suspended({ params }: LogtoWebhookEvent<'User.SuspensionStatus.Updated'>): void {
    this.events.push(`${params?.userId} was suspended`);
  }
}

@Module({ controllers: [UserSessionsController], providers: [Observed] })
class UsersModule {}

async function startPair(locks: boolean): Promise<{ issuer: LogtoEmulator; one: Instance; other: Instance }> {
  const redis = closeLater(await RedisServer.start());
  const issuer = await startIssuer(tokenTenant);
  const logto = { webhooks: { signingKey } };
  const options = { issuer, url: redis.url, locks, imports: [UsersModule], logto };
  const one = closeLater(await startInstance(options));
  return { issuer, one, other: closeLater(await startInstance({ ...options, instanceOf: one })) };
}

const observed = (instances: Instance[]): string[] =>
  instances.flatMap(({ app }) => app.get(Observed, { strict: false }).events);

/** The statuses of a guarded route. */
async function statuses(browser: Browser, instances: Instance[]): Promise<number[]> {
  const pages = instances.map(({ baseUrl }) => browser.fetch(`${baseUrl}/sessions`));
  return (await Promise.all(pages)).map(({ status }) => status);
}

describe('Two instances on one Redis', () => {
  let issuer: LogtoEmulator;
  let one: Instance;
  let other: Instance;
  let sessions: LogtoSessions;

  beforeAll(async () => {
    ({ issuer, one, other } = await startPair(false));
    sessions = one.app.get(LogtoSessions);
  });

  beforeEach(async () => {
    await one.redis.flushAll();
  });

  afterEach(() => {
    issuer.updateUser('ada', { roles: ['admin'] });
  });

  const listed = async (browser: Browser, { baseUrl }: Instance): Promise<ListedSession[]> =>
    (await browser.fetch(`${baseUrl}/sessions`)).json();
  const onBoth = (browser: Browser): Promise<number[]> => statuses(browser, [one, other]);

  it('list the sessions that started on the other, and end one there', async () => {
    const laptop = await one.signedInBrowser(issuer);
    const phone = await one.signedInBrowser(issuer);

    const found = await listed(phone, other);
    expect(found.map(({ current }) => current)).toEqual([true, false]);
    expect(await listed(phone, one)).toEqual(found);
    const lost = found.find(({ current }) => !current);
    expect(await other.app.get(LogtoSessions).end({ id: lost?.id ?? '' })).toBe(1);

    expect(await onBoth(laptop)).toEqual([401, 401]);
    expect(await onBoth(phone)).toEqual([200, 200]);
    expect(await listed(phone, one)).toMatchObject([{ current: true }]);
  });

  it('end all sessions of a user but this one', async () => {
    const here = await one.signedInBrowser(issuer);
    const others = [await one.signedInBrowser(issuer), await one.signedInBrowser(issuer)];
    const bystander = await one.signedInBrowser(issuer, 'bob');

    const answer = await here.fetch(`${other.baseUrl}/sessions/end-others`, { method: 'POST' });

    expect(answer.json()).toEqual({ ended: 2 });
    for (const browser of others) expect(await onBoth(browser)).toEqual([401, 401]);
    for (const browser of [here, bystander]) expect(await onBoth(browser)).toEqual([200, 200]);
  });

  it('keep a session ended that a slow request on the other saves late', async () => {
    const browser = await one.signedInBrowser(issuer);
    const latch = other.latches.create('late');
    const slow = browser.fetch(`${other.baseUrl}/slow/late`);
    await latch.reached;

    const ended = await sessions.end({ sub: 'ada' });
    latch.release();
    const { status } = await slow;

    expect([ended, status]).toEqual([1, 200]);
    expect(await onBoth(browser)).toEqual([401, 401]);
    expect(await sessions.find({ sub: 'ada' })).toEqual([]);
  });

  it('refresh claims once, and both have the new ones', async () => {
    const browser = await one.signedInBrowser(issuer);
    const roles = async ({ baseUrl }: Instance): Promise<unknown> =>
      (await browser.fetch(`${baseUrl}/me`)).json<{ claims: IdTokenClaims }>().claims.roles;
    expect(await roles(other)).toEqual(['admin']);
    issuer.updateUser('ada', { roles: [] });
    issuer.resetRequests();

    expect(await sessions.refreshClaims({ sub: 'ada' })).toBe(1);

    expect([await roles(other), await roles(one), await roles(other)]).toEqual([[], [], []]);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('end the sessions of a user when the webhook of the suspension reaches one of them', async () => {
    const browsers = [await one.signedInBrowser(issuer), await one.signedInBrowser(issuer)];
    const bystander = await one.signedInBrowser(issuer, 'bob');
    for (const browser of browsers) expect(await onBoth(browser)).toEqual([200, 200]);

    const body = webhookBody('User.SuspensionStatus.Updated', suspended('ada'));
    expect((await postWebhook(other, body)).status).toBe(204);

    for (const browser of browsers) expect(await onBoth(browser)).toEqual([401, 401]);
    expect(await onBoth(bystander)).toEqual([200, 200]);
  });

  it('ignore a webhook that was delivered to the other', async () => {
    const body = webhookBody('User.SuspensionStatus.Updated', suspended('bob'));
    expect((await postWebhook(one, body)).status).toBe(204);
    const browser = await one.signedInBrowser(issuer, 'bob');

    expect((await postWebhook(other, body)).status).toBe(204);

    expect(await onBoth(browser)).toEqual([200, 200]);
    expect(observed([one, other]).filter((event) => event === 'bob was suspended')).toHaveLength(1);
  });
});

describe('Two instances on one Redis with a lock', () => {
  it('run @OnSignIn() once for a callback that arrives at both, and both responses sign the browser in', async () => {
    const { issuer, one, other } = await startPair(true);
    const browser = one.browser();
    const callback = await browser.authorize(issuer);
    const cookie = browser.cookies.header(one.baseUrl);
    const answers = await Promise.all(
      [callback, callback.replace(one.baseUrl, other.baseUrl)].map((url) =>
        one.browser().open(url, { cookie }),
      ),
    );

    expect(observed([one, other])).toEqual(['ada signed in']);
    for (const answer of answers) {
      const landed = one.browser();
      landed.cookies.store(one.baseUrl, answer);
      expect(await statuses(landed, [one, other])).toEqual([200, 200]);
    }
  });
});
