import { setTimeout } from 'node:timers/promises';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { copySignIns } from './copies.js';
import { freePort } from './free-port.js';
import { InstanceProcess } from './instance-process.js';
import { RedisServer } from './redis-server.js';
import type { Table } from './table.js';
import { startTenant } from './tenant.js';
import { send, BrowserClient } from './browser-client.js';

/** How often each page polls, in seconds. */
const interval = 15;

/** The `revalidateAfter` of the instances, in seconds: an hour would make the measurement too long. */
const revalidateAfter = 600;

/** Users who sign in for real: each refresh token serves several copies. */
const signIns = 50;

/** Two instances on one Redis, and their browsers. */
interface Scene {
  readonly redis: RedisServer;
  readonly issuer: LogtoEmulator;
  readonly instances: readonly InstanceProcess[];
  readonly baseUrl: string;
}

/** Requests to Logto when the claims of many sessions get outdated in the same second, while all their pages poll. */
export async function measureHerd(count: number): Promise<Table[]> {
  const redis = await RedisServer.start();
  const issuer = await startTenant(signIns);
  const baseUrl = `http://localhost:${await freePort()}`;
  const setup = { endpoint: issuer.endpoint, redis: redis.url, baseUrl, revalidateAfter };
  const instances = [await InstanceProcess.start(setup), await InstanceProcess.start(setup)];
  const scene = { redis, issuer, instances, baseUrl };
  const table: Table = {
    title: `${count.toLocaleString('en')} sessions that poll every ${interval} s, two instances, revalidateAfter ${revalidateAfter} s`,
    columns: [
      '',
      'requests of users',
      'token requests',
      'for each session',
      'most in one second',
      'spread over',
    ],
    rows: [
      await measure(scene, 'all claims long outdated (nine o’clock)', count, {
        claimsAge: 2 * revalidateAfter,
        polls: interval + 5,
      }),
      await measure(scene, 'all claims of the same age (an hour after it)', count, {
        claimsAge: revalidateAfter * 0.89,
        polls: revalidateAfter * 0.11 + interval + 2,
      }),
      ...(await measureOutage(scene, count)),
    ],
  };
  await Promise.all(instances.map((instance) => instance.stop()));
  await issuer.close();
  await redis.stop();
  return [table];
}

async function signInAll(scene: Scene, count: number, claimsAge: number): Promise<string[]> {
  const { redis, issuer, instances, baseUrl } = scene;
  await redis.client.flushAll();
  // The browser follows to `baseUrl`, which a load balancer would have.
  const browsers = Array.from({ length: signIns }, () => new BrowserClient(baseUrl, instances[0]?.port));
  for (const [index, browser] of browsers.entries()) await browser.signIn(issuer, `typical-${index}`);
  const cookies = await copySignIns(redis, { count, claimsAge });
  await takeReports(scene);
  return cookies;
}

async function measure(
  scene: Scene,
  title: string,
  count: number,
  { claimsAge, polls }: { claimsAge: number; polls: number },
): Promise<string[]> {
  const cookies = await signInAll(scene, count, claimsAge * 1000);
  const answered = await poll(scene, cookies, polls);
  const row = rowOf(title, answered, await takeReports(scene), count);
  process.stderr.write(`${row.join(' · ')}\n`);
  return row;
}

async function measureOutage(scene: Scene, count: number): Promise<string[][]> {
  const cookies = await signInAll(scene, count, 2 * revalidateAfter * 1000);
  await scene.issuer.pause();
  const during = await poll(scene, cookies, interval);
  const attempts = rowOf('Logto is down, all claims outdated', during, await takeReports(scene), count);
  await scene.issuer.resume();
  // A probe finds out every 30 seconds.
  const after = await poll(scene, cookies, 30 + interval);
  const back = rowOf('Logto is back', after, await takeReports(scene), count);
  process.stderr.write(`${attempts.join(' · ')}\n${back.join(' · ')}\n`);
  return [attempts, back];
}

/** Lets each session request a page at once in each interval, at its own time. @returns the number of answers */
async function poll(
  { instances, baseUrl }: Scene,
  cookies: readonly string[],
  seconds: number,
): Promise<number> {
  const ends = Date.now() + seconds * 1000;
  const { host } = new URL(baseUrl);
  let answers = 0;
  const visit = async (cookie: string, index: number): Promise<void> => {
    await setTimeout((index / cookies.length) * interval * 1000);
    for (let turn = 0; Date.now() < ends; turn += 1) {
      const started = Date.now();
      const { port } = instances[(index + turn) % instances.length] as InstanceProcess;
      const answer = await send(new URL(`http://127.0.0.1:${port}/me`), { host, cookie });
      if (answer.status !== 200) throw new Error(`A page answered ${answer.status}: ${answer.text}`);
      answers += 1;
      await setTimeout(Math.max(0, interval * 1000 - (Date.now() - started)));
    }
  };
  await Promise.all(cookies.map(visit));
  return answers;
}

async function takeReports({ instances }: Scene): Promise<number[]> {
  return (await Promise.all(instances.map((instance) => instance.takeReport())))
    .flat()
    .toSorted((a, b) => a - b);
}

function rowOf(title: string, answered: number, sent: readonly number[], sessions: number): string[] {
  const perSecond = new Map<number, number>();
  for (const at of sent)
    perSecond.set(Math.floor(at / 1000), (perSecond.get(Math.floor(at / 1000)) ?? 0) + 1);
  const spread = ((sent.at(-1) ?? 0) - (sent[0] ?? 0)) / 1000;
  return [
    title,
    answered.toLocaleString('en'),
    sent.length.toLocaleString('en'),
    (sent.length / sessions).toFixed(2),
    String(Math.max(0, ...perSecond.values())),
    `${spread.toFixed(0)} s`,
  ];
}
