import { RedisStore } from 'connect-redis';
import { Redis } from 'ioredis';
import type { LogtoLock } from 'nestjs-logto';
import { createClient, type RedisClientType } from 'redis';
import { Mutex } from 'redis-semaphore';

/** A store of sessions on Redis, with the connection of its own that an instance of an app has. */
export async function redisStore(url: string): Promise<{ store: RedisStore; client: RedisClientType }> {
  const client: RedisClientType = createClient({
    url,
    // A request is answered with an error rather than waiting for Redis to come back.
    disableOfflineQueue: true,
    socket: { reconnectStrategy: 50 },
  });
  // Told by each command that fails.
  client.on('error', () => undefined);
  await client.connect();
  return { store: new RedisStore({ client }), client };
}

/** A lock on Redis, over all instances. */
export function redisLock(url: string): { lock: LogtoLock; client: Redis } {
  const client = new Redis(url, { maxRetriesPerRequest: 1 });
  client.on('error', () => undefined);
  return {
    client,
    lock: {
      async run(key, fn) {
        const mutex = new Mutex(client, key, { lockTimeout: 10_000, acquireTimeout: 10_000 });
        await mutex.acquire();
        try {
          return await fn();
        } finally {
          await mutex.release();
        }
      },
    },
  };
}
