import type { OnApplicationShutdown } from '@nestjs/common';
import { RedisStore } from 'connect-redis';
import { Redis } from 'ioredis';
import type { LogtoLock } from 'nestjs-logto';
import { createClient, type RedisClientType } from 'redis';
import { Mutex } from 'redis-semaphore';

/** Longest time that a lock is held without being prolonged, and waited for, in milliseconds. */
const lockTimeout = 10_000;

/** What all instances share: the sessions, and a lock so that only one of them refreshes a user's tokens. */
export class RedisConnections implements OnApplicationShutdown {
  /** Where express-session keeps its sessions, and the module the tokens beside them. */
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
    // Without a queue: while Redis is away a request is answered 503 at once, rather than waiting for it.
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
