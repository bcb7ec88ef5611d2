import { setTimeout } from 'node:timers/promises';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp } from './app.js';
import { entriesIn, keysOf, type EntryKind } from './entries.js';
import { RedisServer } from './redis-server.js';
import { requests, type Prepare, type Scene } from './requests.js';
import type { Table } from './table.js';
import { application, startTenant } from './tenant.js';
import { BrowserClient } from './browser-client.js';

/** How long writes after a response may take, in milliseconds. */
const settles = 150;

/** Those that are measured with other options. */
const withOptions = /`lifetime|`userInfoTtl/;

/** Those that are the first request of a session to its instance. The others follow one. */
const isFirst = /extended/;

/** What remains in Redis after these, besides the session itself. */
const leaving = new Set([
  'callback of a sign-in',
  'sign-out',
  'back-channel logout (one session)',
  'webhook: user suspended (one session)',
  'webhook: user changed (one session)',
  '`LogtoSessions.end` (one session)',
  '`LogtoSessions.refreshClaims` (one session)',
]);

/** What one kind of request needs. */
interface Measured {
  readonly commands: string;
  readonly logto: string;
  /** The entries that it adds. */
  readonly added: ReadonlyMap<string, EntryKind>;
}

/** Commands to Redis and requests to Logto for each kind of request, and what it adds to Redis. */
export async function measureCommands(): Promise<Table[]> {
  const own = await measureRequests(false);
  const ofApp = await measureRequests(true);
  const names = Object.keys(requests);
  return [
    {
      title: 'Commands to Redis for each request',
      columns: [
        'request',
        'the module mounts the session',
        'the app mounts the session',
        'requests to Logto',
      ],
      rows: names.map((name) => [
        name,
        own.get(name)?.commands ?? '',
        ofApp.get(name)?.commands ?? '',
        own.get(name)?.logto ?? '',
      ]),
    },
    {
      title: 'What a request adds to Redis',
      columns: ['request', 'entry', 'number', 'for'],
      rows: names.filter((name) => leaving.has(name)).flatMap((name) => addedRows(name, own.get(name))),
    },
  ];
}

async function measureRequests(mountsSession: boolean): Promise<Map<string, Measured>> {
  const names = Object.keys(requests);
  // A command with several keys would fail here.
  const redis = await RedisServer.start(true);
  const issuer = await startTenant(names.length);
  const common = { endpoint: issuer.endpoint, redis: redis.url, mountsSession };
  const app = await startApp({ ...common, logto: { webhooks: { signingKey: issuer.webhookSigningKey } } });
  const other = await startApp({ ...common, logto: { lifetime: { idle: 1800 }, userInfoTtl: 3600 } });
  issuer.setApplication({
    ...application,
    backchannelLogoutSessionRequired: true,
    backchannelLogoutUri: `${app.baseUrl}/logto/back-channel-logout`,
  });
  const found = new Map<string, Measured>();
  for (const [index, name] of names.entries()) {
    await redis.client.flushAll();
    const username = `typical-${index}`;
    const used = withOptions.test(name) ? other : app;
    const browser = await new BrowserClient(used.baseUrl).signIn(issuer, username);
    const measured = await measureRequest(name, { app: used, issuer, redis, username, browser });
    process.stderr.write(`${name}: ${measured.commands}\n`);
    found.set(name, measured);
  }
  await other.close();
  await app.close();
  await issuer.close();
  await redis.stop();
  return found;
}

async function measureRequest(name: string, scene: Scene): Promise<Measured> {
  const { redis, issuer, browser } = scene;
  if (!isFirst.test(name)) await browser.get('/me');
  const run = await (requests[name] as Prepare)(scene);
  await setTimeout(settles);
  issuer.resetRequests();
  const before = new Set(await keysOf(redis));
  const commands = await redis.commandsOf(async () => {
    await run();
    await setTimeout(settles);
  });
  return { commands, logto: logtoRequests(issuer), added: await entriesIn(redis, before) };
}

/** The app's requests: those of the sign-in pages are the browser's. */
function logtoRequests(issuer: LogtoEmulator): string {
  const counts = ['token', 'userinfo', 'revocation']
    .map((endpoint) => [endpoint, issuer.countRequests(endpoint as 'token')] as const)
    .filter(([, count]) => count > 0);
  return counts.length === 0 ? '0' : counts.map(([endpoint, count]) => `${count} ${endpoint}`).join(', ');
}

function addedRows(name: string, measured: Measured | undefined): string[][] {
  return [...(measured?.added ?? [])].map(([kind, { count, expiresIn }], index) => [
    index === 0 ? name : '',
    kind,
    String(count),
    duration(expiresIn),
  ]);
}

function duration(seconds: number): string {
  if (seconds > 2 * 86_400) return `${(seconds / 86_400).toFixed(0)} days`;
  return seconds > 2 * 3600 ? `${(seconds / 3600).toFixed(0)} hours` : `${(seconds / 60).toFixed(0)} minutes`;
}
