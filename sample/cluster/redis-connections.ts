import type { OnApplicationShutdown } from '@nestjs/common';
import { RedisStore } from 'connect-redis';
import { Redis } from 'ioredis';
import type { LogtoLock } from 'nestjs-logto';
import { createClient, type RedisClientType } from 'redis';
import { Mutex } from 'redis-semaphore';

/** How long a lock is held without being extended, and how long to wait for it, in milliseconds. */
const lockTimeout = 10_000;

/** What the instances share on Redis: the sessions, and a lock, so that only one of them refreshes a user's tokens. */
export class RedisConnections implements OnApplicationShutdown {
  /** The store for express-session. The module keeps the tokens in it, too. */
  readonly store: RedisStore;
  /** The `lock` of the module's options. */
  readonly lock: LogtoLock;

  private constructor(
    private readonly sessions: RedisClientType,
    private readonly locks: Redis,
  ) {
    this.store = new RedisStore({ client: sessions });
    this.lock = {
      async run(key, fn) {
        const mutex = new Mutex(locks, key, { lockTimeout, acquireTimeout: lockTimeout });
        await mutex.acquire();
        try {
          return await fn();
        } finally {
          await mutex.release();
        }
      },
    };
  }

  static async open(url: string): Promise<RedisConnections> {
    // Without a queue, so that requests get 503 immediately while Redis is down, instead of waiting.
    const sessions: RedisClientType = createClient({ url, disableOfflineQueue: true });
    const locks = new Redis(url, { maxRetriesPerRequest: 1 });
    for (const client of [sessions, locks]) {
      client.on('error', (error: Error) => console.error(`Redis: ${error.message}`));
    }
    await sessions.connect();
    return new RedisConnections(sessions, locks);
  }

  onApplicationShutdown(): void {
    this.locks.disconnect();
    if (this.sessions.isOpen) this.sessions.destroy();
  }
}
