/* Several hundred people use two instances while Logto and Redis fail from time to time, and administrators suspend one
 * person after the other at Logto, which sends webhooks.
 *
 *   npm run soak -- --minutes 20 --people 300
 *
 * Exits with code 1 when a session was lost, a suspended person stayed signed in or could not come back, requests failed
 * without a fault, memory grew, or a rejection was not handled. */
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startLogtoEmulator } from 'nestjs-logto/emulator';
import { Administrator } from './administrator.js';
import { startInstance, startRedis } from './child.js';
import { Person, type Tally } from './person.js';
import { WebhookDeliveries } from './webhook-deliveries.js';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '20' }, people: { type: 'string', default: '300' } },
});
const duration = Number(values.minutes) * 60_000;
const resource = 'https://api.example.com';
const names = Array.from({ length: Number(values.people) }, (_, index) => `person-${index}-x`);

/** How long a fault lasts, and how long requests may fail after it, in milliseconds. */
const fault = { lasts: Math.min(20_000, duration / 10), recovers: 10_000 };

/** How much the heap of an instance may grow between the first third and the end. */
const allowedGrowth = 1.35;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const directory = await mkdtemp(join(tmpdir(), 'nestjs-logto-soak-'));
const redis = await startRedis(await freePort(), directory);
const ports = [await freePort(), await freePort()];
const baseUrl = `http://localhost:${await freePort()}`;
const deliveries = new WebhookDeliveries(ports);
const issuer = await startLogtoEmulator({
  port: 0,
  users: names.map((username) => ({ id: username, username, roles: ['reader'] })),
  applications: [{ id: 'soak', secret: 'the-secret-of-the-soaked-application' }],
  resources: [{ indicator: resource, scopes: ['read:things'], accessTokenTtl: 20 }],
  roles: [{ name: 'reader', scopes: [{ resource, name: 'read:things' }] }],
  ttl: { accessToken: 20 },
  webhooks: [{ url: `${baseUrl}/logto/webhooks`, events: ['User.SuspensionStatus.Updated'] }],
  fetch: deliveries.fetch,
});
const env = {
  SOAK_BASE_URL: baseUrl,
  SOAK_ENDPOINT: issuer.endpoint,
  SOAK_REDIS: redis.url,
  SOAK_RESOURCE: resource,
  SOAK_SIGNING_KEY: issuer.webhookSigningKey,
};
const instances = await Promise.all(ports.map((port) => startInstance(port, env)));

const tally: Tally = {
  signIns: 0,
  reads: 0,
  tokens: 0,
  signOuts: 0,
  refusedInFault: 0,
  failed: 0,
  lost: 0,
  mixedUp: 0,
  suspensions: 0,
  undelivered: 0,
  refusedSuspended: 0,
  actedSuspended: 0,
  returns: 0,
};
/** What went wrong, and how often. */
const problems = new Map<string, number>();
let faultUntil = 0;
const ends = Date.now() + duration;
const world = {
  issuer,
  baseUrl,
  ports,
  agent: new Agent({ keepAlive: true, maxSockets: 64 }),
  tally,
  inFault: () => Date.now() < faultUntil,
  report: (problem: string) => problems.set(problem, (problems.get(problem) ?? 0) + 1),
};

async function live(person: Person): Promise<void> {
  // People start over the first seconds.
  await setTimeout(Math.random() * Math.min(20_000, duration / 5));
  while (Date.now() < ends) {
    await person.act();
    await setTimeout(500 + Math.random() * 2500);
  }
}

async function breakThings(): Promise<void> {
  const faults = [
    { name: 'Logto', stop: () => issuer.pause(), start: () => issuer.resume() },
    { name: 'Redis', stop: () => redis.kill(), start: () => redis.start() },
  ];
  for (let turn = 0; ; turn += 1) {
    await setTimeout(duration / 5);
    if (Date.now() + fault.lasts + fault.recovers > ends) return;
    const { name, stop, start } = faults[turn % 2] ?? {
      name: '',
      stop: () => undefined,
      start: () => undefined,
    };
    faultUntil = Date.now() + fault.lasts + fault.recovers;
    console.log(`${clock()} ${name} goes away for ${fault.lasts / 1000} s`);
    await stop();
    await setTimeout(fault.lasts);
    await start();
    console.log(`${clock()} ${name} is back`);
  }
}

const heaps: number[][] = [];
let unhandled = 0;

async function watch(): Promise<void> {
  while (Date.now() < ends) {
    await setTimeout(Math.min(30_000, duration / 10));
    // The emulator records every request, which is not needed here.
    issuer.resetRequests();
    const reports = await Promise.all(instances.map((instance) => instance.report()));
    heaps.push(reports.map(({ heapUsed }) => heapUsed));
    unhandled = reports.reduce((sum, report) => sum + report.unhandled, 0);
    const megabytes = reports.map(({ heapUsed, rss }) => `${mb(heapUsed)}/${mb(rss)}`).join(' ');
    const why = problems.size > 0 ? ` problems: ${JSON.stringify(Object.fromEntries(problems))}` : '';
    console.log(`${clock()} ${JSON.stringify(tally)} heap/rss MB ${megabytes}${why}`);
  }
}

const clock = (): string => `${Math.round((duration - (ends - Date.now())) / 1000)} s`;
const mb = (bytes: number): number => Math.round(bytes / 1024 / 1024);

const people = names.map((name) => new Person(world, name));
const administrators = [1, 2, 3].map(() => new Administrator(issuer, deliveries, people, tally));

const broken = breakThings();
const administered = administrators.map((administrator) => administrator.work(ends));
await Promise.all([watch(), ...people.map(live)]);
await broken;
await Promise.all(administered);
await Promise.all(people.map((person) => person.comeBack()));

const early = heaps[Math.floor(heaps.length / 3)] ?? [];
const late = heaps.at(-1) ?? [];
const growth = Math.max(...late.map((bytes, index) => bytes / (early[index] ?? bytes)));
world.agent.destroy();
await Promise.all(instances.map((instance) => instance.stop()));
await issuer.close();
await redis.kill();
await rm(directory, { recursive: true });

console.log({
  minutes: duration / 60_000,
  people: names.length,
  ...tally,
  unhandled,
  heapGrowth: Number(growth.toFixed(2)),
});
const faults = [
  [tally.lost > 0, `${tally.lost} sessions were lost`],
  [tally.actedSuspended > 0, `${tally.actedSuspended} answers went to suspended people`],
  [tally.undelivered > 0, `${tally.undelivered} webhooks were not delivered`],
  [tally.returns !== tally.suspensions, 'suspended people could not sign in again'],
  [tally.suspensions === 0 || tally.refusedSuspended === 0, 'suspensions are missing'],
  [tally.mixedUp > 0, `${tally.mixedUp} answers had the data of another person`],
  [tally.failed > 0, `${tally.failed} requests failed without a fault`],
  [tally.reads === 0 || tally.tokens === 0 || tally.signOuts === 0, 'reads, tokens or sign-outs are missing'],
  [unhandled > 0, `${unhandled} rejections were not handled`],
  [growth > allowedGrowth, `the heap grew to ${growth.toFixed(2)} of what it was`],
] as const;
const found = faults.filter(([happened]) => happened).map(([, what]) => what);
for (const what of found) console.error(`FAILED: ${what}`);
if (problems.size > 0) console.error(Object.fromEntries(problems));
process.exitCode = found.length > 0 ? 1 : 0;
