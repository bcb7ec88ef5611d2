import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RequestHandler } from 'express';
import { Controller, Get, UseGuards, type Type } from '@nestjs/common';
import { LogtoGuard, RequireRoles } from 'nestjs-logto';
import { startApp, type TestApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { leftovers } from '../support/runner/leftovers.js';
import { until } from '../support/requests/waiting.js';
import { sendWebhook, signingKey } from '../webhooks/support/send-webhook.js';
import { Page } from './support/page.js';

@Controller()
class OrdersController {
  @Get('orders')
  @UseGuards(LogtoGuard)
  @RequireRoles('owner')
  orders(): string {
    return 'orders';
  }
}

const page = await Page.open('docs/how-to/audit-trail.md');
const issuer = await startIssuer();
const files = { 'audit-trail.ts': page.code('class AuditTrail') };

async function appWith(block: string): Promise<TestApp> {
  const { AuditModule } = await page.run<{ AuditModule: Type }>(block, { files });
  return startApp({
    issuer,
    controllers: [OrdersController],
    imports: [AuditModule],
    logto: { webhooks: { signingKey }, scopes: ['roles'] },
  });
}

/** Signs in, is refused, fails to sign in, gets a webhook and signs out. */
async function useApp(app: TestApp): Promise<void> {
  const browser = await app.signedInBrowser(issuer);
  await browser.fetch('/orders');
  await app.browser().open('/orders');
  await app.browser().open('/logto/sign-in-callback?code=x&state=y');
  await sendWebhook(app, 'User.Created');
  await browser.open('/logto/sign-out');
}

const expected = [
  { action: 'signed in', sub: 'ada' },
  {
    action: 'access denied',
    code: 'insufficient_role',
    handler: 'OrdersController.orders',
    credential: 'session',
    sub: 'ada',
  },
  { action: 'sign-in failed', code: 'callback_invalid' },
  { action: 'webhook', event: 'User.Created' },
  { action: 'signed out', sub: 'ada', reason: 'user' },
].map((entry) => ({ at: expect.stringMatching(/^\d{4}-.*Z$/), ...entry }));

const parsed = (lines: string[]): unknown[] => lines.map((line) => JSON.parse(line) as unknown);

describe('The audit trail of the page', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'audit-trail-'));
    leftovers.add(() => rm(folder, { recursive: true }));
    process.env.AUDIT_FILE = join(folder, 'audit.jsonl');
  });

  afterAll(() => {
    delete process.env.AUDIT_FILE;
  });

  it('has a line for each action in a file that only its owner may read', async () => {
    await useApp(await appWith('class AuditFile'));
    const file = join(folder, 'audit.jsonl');
    const lines = async (): Promise<string[]> => (await readFile(file, 'utf8')).trim().split('\n');
    await until(async () => (await lines()).length === expected.length);

    expect(parsed(await lines())).toEqual(expected);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('has the same lines in the log, and ends with the app', async () => {
    const app = await appWith('class AuditLog');
    const before = leaks.logged.length;
    const logged = (): string[] =>
      leaks.logged.slice(before).flatMap((line) => /^(\{"at".*\}) Audit$/.exec(line)?.[1] ?? []);
    await useApp(app);
    expect(parsed(logged())).toEqual(expected);

    await app.close();
    const other = await startApp({ issuer });
    await other.signedInBrowser(issuer);
    expect(logged()).toHaveLength(expected.length);
  });

  it('has the address of the client in the context of its events', async () => {
    const { rememberClient, clientAddress } = await page.run<{
      rememberClient: RequestHandler;
      clientAddress: () => string | undefined;
    }>('function rememberClient');
    const seen: (string | undefined)[] = [];
    const { AuditModule } = await page.run<{ AuditModule: Type }>('class AuditLog', {
      files: {
        'audit-trail.ts': files['audit-trail.ts'].replace(
          'this.sink.write({',
          'auditAddress(); this.sink.write({',
        ),
      },
    });
    Object.assign(globalThis, { auditAddress: () => seen.push(clientAddress()) });
    const app = await startApp({
      issuer,
      imports: [AuditModule],
      configure: (nest) => nest.use(rememberClient),
    });
    await app.signedInBrowser(issuer);

    expect(seen).toEqual([expect.stringMatching(/127\.0\.0\.1|::1/)]);
  });
});
