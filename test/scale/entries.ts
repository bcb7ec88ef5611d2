import type { RedisServer } from './redis-server.js';

/** The prefix of `connect-redis`. */
export const prefix = 'sess:';

/** The entries of one kind. */
export interface EntryKind {
  count: number;
  /** By `MEMORY USAGE`: key, value and what Redis needs for them. */
  bytes: number;
  /** The longest time until they expire, in seconds. */
  expiresIn: number;
}

const names: Readonly<Record<string, string>> = {
  tokens: 'token record',
  'sign-ins': 'index',
  ended: 'tombstone',
  changed: 'mark of a changed user',
  logout: 'logout token',
  webhook: 'delivered webhook',
  callback: 'finished callback',
};

/** The kind of the entry of a key, as the docs name it. */
export function kindOf(key: string): string {
  const kind = /^logto-(callback|changed|ended|logout|sign-ins|tokens|webhook)-/.exec(
    key.slice(prefix.length),
  )?.[1];
  return kind === undefined ? 'session' : (names[kind] ?? kind);
}

export async function keysOf({ client }: RedisServer): Promise<string[]> {
  const keys: string[] = [];
  for await (const found of client.scanIterator({ COUNT: 1000 })) keys.push(...found);
  return keys;
}

/** Every entry in Redis, by kind. @param except keys that do not count */
export async function entriesIn(
  redis: RedisServer,
  except: ReadonlySet<string> = new Set(),
): Promise<Map<string, EntryKind>> {
  const kinds = new Map<string, EntryKind>();
  for (const key of await keysOf(redis)) {
    if (except.has(key)) continue;
    const kind = kinds.get(kindOf(key)) ?? { count: 0, bytes: 0, expiresIn: 0 };
    kind.count += 1;
    kind.bytes += Number(await redis.client.sendCommand(['MEMORY', 'USAGE', key, 'SAMPLES', '0']));
    kind.expiresIn = Math.max(kind.expiresIn, await redis.client.ttl(key));
    kinds.set(kindOf(key), kind);
  }
  return kinds;
}
