import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { LogtoModule, OnLogtoEvent } from 'nestjs-logto';
import { startApp, type TestAppParts } from '../support/app/app.js';
import { resource, startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { signingKey } from './support/send-webhook.js';

@Injectable()
class Rooms {
  @OnLogtoEvent('Organization.Created', 'User.Deleted')
  create(): void {}
}

@Injectable()
class Audit {
  @OnLogtoEvent()
  write(): void {}
}

const issuer = await startIssuer();

async function logged({ logto, ...parts }: Partial<TestAppParts> = {}): Promise<{
  log: string;
  baseUrl: string;
}> {
  const { baseUrl } = await startApp({ issuer, logto: { webhooks: { signingKey }, ...logto }, ...parts });
  return { log: leaks.logged.join('\n'), baseUrl };
}

describe('At startup the module logs which webhook to create at Logto', () => {
  it('with the events that end and refresh sessions', async () => {
    const { log, baseUrl } = await logged();
    expect(log).toContain(`endpoint URL           ${baseUrl}/logto/webhooks\n`);
    expect(log).toMatch(
      /events {17}User\.Deleted, User\.SuspensionStatus\.Updated, User\.Data\.Updated, Organ/,
    );
  });

  it('and the events that methods handle, each once', async () => {
    const { log } = await logged({ providers: [Rooms] });
    expect(log).toMatch(/events .*Organization\.Membership\.Updated, Organization\.Created LogtoModule$/m);
  });

  it('without those of sessions if `endSessions` is false', async () => {
    const webhooks = { signingKey, endSessions: false };
    expect((await logged({ providers: [Rooms], logto: { webhooks } })).log).toMatch(
      /events {17}Organization\.Created, User\.Deleted LogtoModule$/m,
    );
    expect((await logged({ logto: { webhooks } })).log).toMatch(
      /events {17}none: no method has @OnLogtoEvent/,
    );
  });

  it('and that a method handles all events', async () => {
    expect((await logged({ providers: [Audit] })).log).toMatch(
      /events {17}all that you want to handle, User/,
    );
  });

  it('in an API that only accepts bearer tokens', async () => {
    const { log } = await logged({
      providers: [Rooms],
      register: ({ endpoint, http }) =>
        LogtoModule.forRoot({
          endpoint,
          ...(http && { http }),
          api: { audience: resource },
          webhooks: { signingKey },
        }),
    });
    expect(log).toMatch(/endpoint URL {11}the address of this API, then \/logto\/webhooks/);
    expect(log).toMatch(/events {17}Organization\.Created, User\.Deleted LogtoModule$/m);
  });

  it('and nothing without the option', async () => {
    expect((await logged({ logto: { webhooks: undefined } })).log).not.toContain('webhook');
  });
});
