import { startApp } from './app.js';
import { copySignIns } from './copies.js';
import { entriesIn, keysOf, type EntryKind } from './entries.js';
import { RedisServer } from './redis-server.js';
import type { Table } from './table.js';
import { resource, startTenant, type UserKind } from './tenant.js';
import { BrowserClient } from './browser-client.js';

const variants: readonly { readonly title: string; readonly user: UserKind; readonly encrypted: boolean }[] =
  [
    { title: 'small', user: 'small', encrypted: false },
    { title: 'typical', user: 'typical', encrypted: false },
    { title: 'typical, encrypted', user: 'typical', encrypted: true },
  ];

const keys = ['the-encryption-key-of-the-measurement-0123456789'];

/** Entries and bytes of each user, measured with real sign-ins and with their copies. */
export async function measureMemory(signIns: number, copies: number): Promise<Table[]> {
  const kinds = new Map<string, Map<string, EntryKind>>();
  const totals: string[][] = [];
  const issuer = await startTenant(signIns);
  for (const { title, user, encrypted } of variants) {
    const redis = await RedisServer.start();
    const logto = encrypted ? { encryption: { keys } } : {};
    const app = await startApp({ endpoint: issuer.endpoint, redis: redis.url, logto });
    for (let index = 0; index < signIns; index += 1) {
      const browser = await new BrowserClient(app.baseUrl).signIn(issuer, `${user}-${index}`);
      await browser.get('/me');
      if (user === 'small') continue;
      await browser.get(`/token?resource=${encodeURIComponent(resource)}`);
      await browser.get('/user-info');
    }
    kinds.set(title, await entriesIn(redis));
    process.stderr.write(`${title}: ${signIns} sign-ins, now ${copies} copies\n`);
    totals.push([title, ...(await measureCopies(redis, copies))]);
    await app.close();
    await redis.stop();
  }
  await issuer.close();
  return [entriesTable(kinds, signIns), totalsTable(totals, copies)];
}

/** Memory of many users. It contains what Redis needs besides the entries. */
async function measureCopies(redis: RedisServer, count: number): Promise<string[]> {
  const before = await redis.memory();
  const keysBefore = (await keysOf(redis)).length;
  await copySignIns(redis, { count, newUsers: true });
  const after = await redis.memory();
  const entries = ((await redis.client.dbSize()) - keysBefore) / count;
  return [
    figure(entries),
    figure((after.used - before.used) / count),
    figure(after.used / 2 ** 20),
    figure(after.resident / 2 ** 20),
    figure((await redis.snapshotSize()) / 2 ** 20),
  ];
}

function entriesTable(kinds: ReadonlyMap<string, ReadonlyMap<string, EntryKind>>, users: number): Table {
  const titles = [...kinds.keys()];
  const names = new Set([...kinds.values()].flatMap((of) => [...of.keys()]));
  const rows = [...names].map((kind) => {
    const found = titles.map((title) => kinds.get(title)?.get(kind));
    const any = found.find((of) => of !== undefined);
    return [
      kind,
      figure((any?.count ?? 0) / users),
      days(any?.expiresIn ?? 0),
      ...found.map((of) => figure((of?.bytes ?? 0) / users)),
    ];
  });
  const sum = titles.map((title) =>
    [...(kinds.get(title)?.values() ?? [])].reduce((total, { bytes }) => total + bytes, 0),
  );
  const count = [...(kinds.get('typical')?.values() ?? [])].reduce((total, of) => total + of.count, 0);
  rows.push(['**all**', figure(count / users), '', ...sum.map((bytes) => figure(bytes / users))]);
  return {
    title: `Entries of a user with one sign-in, bytes by MEMORY USAGE (mean of ${users})`,
    columns: ['entry', 'number', 'expires in', ...titles],
    rows,
  };
}

function totalsTable(rows: string[][], copies: number): Table {
  return {
    title: `Redis with ${copies.toLocaleString('en')} copies of these sign-ins`,
    columns: ['', 'keys for each user', 'bytes for each user', 'used MB', 'resident MB', 'snapshot (RDB) MB'],
    rows,
  };
}

const figure = (value: number): string => (value < 10 ? String(Number(value.toFixed(1))) : value.toFixed(0));
const days = (seconds: number): string => `${figure(seconds / 86_400)} days`;
