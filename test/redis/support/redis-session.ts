import { RedisStore } from 'connect-redis';
import { Redis } from 'ioredis';
import type { LogtoLock } from 'nestjs-logto';
import { createClient, type RedisClientType } from 'redis';
import { Mutex } from 'redis-semaphore';

/** A session store on Redis with its own connection. */
export async function redisStore(url: string): Promise<{ store: RedisStore; client: RedisClientType }> {
  const client: RedisClientType = createClient({
    url,
    // Requests fail instead of waiting for Redis to come back.
    disableOfflineQueue: true,
    socket: { reconnectStrategy: 50 },
  });
  // Each failed command reports the error.
  client.on('error', () => undefined);
  await client.connect();
  return { store: new RedisStore({ client }), client };
}

/** A lock on Redis that all instances share. */
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
