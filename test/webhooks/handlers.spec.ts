import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Controller, Inject, Injectable, Scope, type Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { OnLogtoEvent, type LogtoWebhookEvent } from 'nestjs-logto';
import { EventDelivery } from '../../src/webhooks/event-delivery.js';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { Latch } from '../support/runner/latches.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { until } from '../support/requests/waiting.js';
import { aboutUser, postWebhook, sendWebhook, signingKey, webhookBody } from './support/send-webhook.js';

const issuer = await startIssuer();
const calls: string[] = [];
let latch: Latch;
let fails = false;

@Injectable()
class Accounts {
  @OnLogtoEvent('User.Deleted', 'User.Created')
  account({ event, data }: LogtoWebhookEvent<'User.Deleted' | 'User.Created'>): void {
    calls.push(`account ${event} ${data?.id}`);
  }

  @OnLogtoEvent('Organization.Membership.Updated')
  async members(event: LogtoWebhookEvent<'Organization.Membership.Updated'>): Promise<void> {
    calls.push(`members +${event.addedUserIds?.join()} -${event.removedUserIds?.join()}`);
    await Promise.resolve();
  }

  @OnLogtoEvent('Something.New')
  @OnLogtoEvent('Something.Newer')
  unknown({ event, anything }: LogtoWebhookEvent): void {
    calls.push(`unknown ${event} ${String(anything)}`);
  }
}

@Controller()
class AuditController {
  private readonly prefix = 'audit';

  @OnLogtoEvent()
  every(event: LogtoWebhookEvent): void {
    calls.push(`${this.prefix} ${event.event}`);
    event.data = 'changed here alone';
  }
}

@Injectable()
class Slow {
  @OnLogtoEvent('Role.Created')
  async wait(): Promise<void> {
    await latch.wait();
    calls.push('slow');
    if (fails) throw new Error('too late');
  }
}

@Injectable()
class Failing {
  @OnLogtoEvent('Role.Deleted')
  fail(): void {
    calls.push('failing');
    if (fails) throw new Error('the database is away');
  }

  @OnLogtoEvent('Role.Deleted')
  succeed(): void {
    calls.push('succeeding');
  }
}

@Injectable()
class Throwing {
  constructor(@Inject('thrown') private readonly thrown: unknown) {}

  @OnLogtoEvent('Role.Deleted')
  fail(): void {
    throw this.thrown;
  }
}

beforeEach(() => {
  calls.length = 0;
  latch = new Latch();
  fails = false;
});

const start = ({ logto, ...parts }: Partial<TestAppParts> = {}): Promise<TestApp> =>
  startApp({
    issuer,
    controllers: [AuditController],
    providers: [Accounts, Slow, Failing, { provide: 'alias', useExisting: Accounts }],
    logto: { webhooks: { signingKey }, ...logto },
    ...parts,
  });

describe('A method with @OnLogtoEvent()', () => {
  it('gets the events that it names, in any provider or controller; without names it gets all', async () => {
    const app = await start();

    await sendWebhook(app, 'User.Deleted', aboutUser('eve'));
    await sendWebhook(app, 'Organization.Membership.Updated', {
      organizationId: 'o',
      addedUserIds: ['a', 'b'],
    });
    await sendWebhook(app, 'Something.New', { anything: 1 });
    await sendWebhook(app, 'Something.Newer', { anything: 2 });
    await sendWebhook(app, 'Scope.Created');

    expect(calls).toEqual([
      'account User.Deleted eve',
      'audit User.Deleted',
      'members +a,b -undefined',
      'audit Organization.Membership.Updated',
      'unknown Something.New 1',
      'audit Something.New',
      'unknown Something.Newer 2',
      'audit Something.Newer',
      'audit Scope.Created',
    ]);
  });

  it('gets an object of its own', async () => {
    const app = await start({ providers: [Accounts, { provide: 'first', useClass: AuditController }] });
    await sendWebhook(app, 'User.Created', { data: { id: 'ada' } });
    expect(calls).toContain('account User.Created ada');
  });

  it('that fails makes Logto send the event again, and the others run', async () => {
    const app = await start();
    const body = webhookBody('Role.Deleted');
    fails = true;

    const answer = await postWebhook(app, body);

    expect([answer.status, answer.json().code]).toEqual([500, 'webhook_failed']);
    expect(leaks.logged.join('\n')).toMatch(
      /Failing\.fail failed for the webhook Role\.Deleted.*the database is away/s,
    );
    fails = false;
    expect((await postWebhook(app, body)).status).toBe(204);
    expect(calls.filter((call) => !call.startsWith('audit'))).toEqual([
      'failing',
      'succeeding',
      'failing',
      'succeeding',
    ]);
  });

  it.each([
    [
      'an error',
      Object.assign(new Error('Bearer the-token-1234567890-of-another-api'), {
        config: { authorization: 'Bearer the-token-1234567890-of-another-api' },
      }),
    ],
    ['an object', { token: 'the-token-1234567890-of-another-api' }],
    [
      'an object without a prototype',
      Object.assign(Object.create(null), { token: 'the-token-1234567890-of-another-api' }),
    ],
  ])('that throws %s with a token in it does not put the token into the log', async (_case, thrown) => {
    const app = await start({ providers: [Throwing, { provide: 'thrown', useValue: thrown }] });
    const before = leaks.logged.length;

    expect((await sendWebhook(app, 'Role.Deleted')).status).toBe(500);

    const logged = leaks.logged.slice(before).join('\n');
    expect(logged).toContain('Throwing.fail failed for the webhook Role.Deleted');
    expect(logged).not.toContain('the-token-1234567890');
  });

  it('may be replaced in a test, by a spy or by an object that replaces its provider', async () => {
    const app = await start({
      create: async (module, options) => {
        const standIn = { fail: () => void calls.push('stand-in'), succeed: () => undefined };
        const builder = Test.createTestingModule({ imports: [module] });
        const compiled = await builder.overrideProvider(Failing).useValue(standIn).compile();
        return compiled.createNestApplication<NestExpressApplication>(options);
      },
    });
    jest.spyOn(app.app.get(AuditController), 'every').mockImplementation(() => void calls.push('spy'));

    await sendWebhook(app, 'Role.Deleted');

    expect(calls).toEqual(['stand-in', 'spy']);
  });

  it('that is slow delays the response', async () => {
    const app = await start();
    let isAnswered = false;
    const answer = sendWebhook(app, 'Role.Created').finally(() => (isAnswered = true));
    await latch.reached;
    expect(isAnswered).toBe(false);

    latch.release();

    expect((await answer).status).toBe(204);
    expect(calls).toContain('slow');
  });

  it('may take 8 seconds before Logto gets a response; if it fails later, the log says so', async () => {
    const app = await start();
    expect(app.app.get(EventDelivery, { strict: false }).deadline).toBe(8000);
    app.app.get(EventDelivery, { strict: false }).deadline = 50;
    fails = true;
    const body = webhookBody('Role.Created');

    expect((await postWebhook(app, body)).status).toBe(204);
    expect(calls).toEqual(['audit Role.Created']);
    expect((await postWebhook(app, body)).status).toBe(204);
    latch.release();
    await until(() => leaks.logged.join('\n').includes('Slow.wait failed for the webhook Role.Created'));
    expect(calls).toEqual(['audit Role.Created', 'slow']);
  });

  it('of an app without a signing key is named in a warning at startup', async () => {
    await start({ logto: { webhooks: undefined } });
    expect(leaks.logged.join('\n')).toMatch(
      /No webhooks arrive for Accounts\.account.*webhooks: \{ signingKey \}/,
    );
  });
});

describe('A webhook that is delivered again', () => {
  const body = webhookBody('Scope.Created');

  it('runs nothing if the first delivery was within the last hour', async () => {
    const app = await start();
    expect((await postWebhook(app, body)).status).toBe(204);
    expect((await postWebhook(app, body)).status).toBe(204);
    expect(calls).toEqual(['audit Scope.Created']);

    passTime(3601);
    try {
      await postWebhook(app, body);
    } finally {
      restoreTime();
    }
    expect(calls).toHaveLength(2);
  });

  it('runs nothing on another instance either', async () => {
    const logto = { session: { ...session, store: new MemorySessionStore() } };
    const app = await start({ logto });
    const other = await start({ logto, instanceOf: app });
    for (const instance of [app, other, app, other])
      expect((await postWebhook(instance, body)).status).toBe(204);
    expect(calls).toEqual(['audit Scope.Created']);
  });

  it('to another app with the same store and signing key runs there too', async () => {
    const logto = { session: { ...session, store: new MemorySessionStore() } };
    const app = await start({ logto });
    const other = await start({ logto: { ...logto, appId: 'another-app' } });
    for (const each of [app, other]) expect((await postWebhook(each, body)).status).toBe(204);
    expect(calls).toEqual(['audit Scope.Created', 'audit Scope.Created']);
  });

  it('is delivered while the store fails, and remembered in this process', async () => {
    const store = new MemorySessionStore();
    const app = await start({ logto: { session: { ...session, store } } });
    store.shouldFail = () => true;
    expect((await postWebhook(app, body)).status).toBe(204);
    expect((await postWebhook(app, body)).status).toBe(204);
    expect(calls).toEqual(['audit Scope.Created']);
  });

  it('while the first one is still running shares its run and its response', async () => {
    const app = await start();
    const role = webhookBody('Role.Created');
    const answers = [postWebhook(app, role), postWebhook(app, role)];
    await latch.reached;
    latch.release();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([204, 204]);
    expect(calls).toEqual(['audit Role.Created', 'slow']);
  });
});

describe('@OnLogtoEvent() is an error at startup', () => {
  @Injectable({ scope: Scope.REQUEST })
  class PerRequest {}

  @Injectable({ scope: Scope.REQUEST })
  class RequestScoped {
    @OnLogtoEvent('User.Created')
    run(): void {}
  }

  @Injectable({ scope: Scope.TRANSIENT })
  class Transient {
    @OnLogtoEvent('User.Created')
    run(): void {}
  }

  @Injectable()
  class Dependent {
    constructor(readonly request: PerRequest) {}

    @OnLogtoEvent('User.Created')
    run(): void {}
  }

  it.each<[string, Type[]]>([
    ['RequestScoped.run', [RequestScoped]],
    ['Transient.run', [Transient]],
    ['Dependent.run', [PerRequest, Dependent]],
  ])('on %s, whose provider is not a singleton', async (name, providers) => {
    await expect(start({ providers })).rejects.toMatchObject({
      code: 'hook_invalid',
      message: expect.stringContaining(name),
    });
  });

  it('on a static method', () => {
    expect(() => {
      class Wrong {
        @OnLogtoEvent('User.Created')
        static run(): void {}
      }
      return Wrong;
    }).toThrow(/static method Wrong\.run.*remove `static`/);
  });
});

/** What the compiler checks; it never runs. */
export class Typed {
  @OnLogtoEvent('User.SuspensionStatus.Updated')
  suspended({ data }: LogtoWebhookEvent<'User.SuspensionStatus.Updated'>): boolean | undefined {
    return data?.isSuspended;
  }

  // @ts-expect-error The payload is another event's.
  @OnLogtoEvent('User.Created')
  other(event: LogtoWebhookEvent<'Grant.LimitExceeded'>): string[] {
    return event.revokedGrantIds;
  }
  // @ts-expect-error Without names it may be any event.
  @OnLogtoEvent()
  any(event: LogtoWebhookEvent<'Grant.LimitExceeded'>): string[] {
    return event.revokedGrantIds;
  }
}
