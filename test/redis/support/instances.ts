import type { ModuleMetadata } from '@nestjs/common';
import type { LogtoModuleOptions } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { RedisClientType } from 'redis';
import { session, type TestApp } from '../../support/app/app.js';
import type { Latches } from '../../support/runner/latches.js';
import { startTokenApp } from '../../support/app/token-app.js';
import { redisLock, redisStore } from './redis-session.js';

/** An instance of an app with its own connections to Redis. */
export interface Instance extends TestApp {
  readonly latches: Latches;
  readonly redis: RedisClientType;
}

/** How to start an instance. */
export interface InstanceOptions {
  issuer: LogtoEmulator;
  /** The URL of Redis. */
  url: string;
  /** Whether the instances share a `lock` on Redis. */
  locks?: boolean;
  logto?: Partial<LogtoModuleOptions>;
  /** More options of express-session. */
  sessions?: object;
  /** More modules of the app. */
  imports?: ModuleMetadata['imports'];
  /** The first instance, if this is another one of the same app. */
  instanceOf?: Pick<TestApp, 'baseUrl'>;
}

/** Starts an instance of an app with its sessions on Redis. */
export async function startInstance({
  issuer,
  url,
  locks,
  logto,
  sessions,
  imports = [],
  instanceOf,
}: InstanceOptions): Promise<Instance> {
  const { store, client } = await redisStore(url);
  const redisLocks = locks ? redisLock(url) : undefined;
  const app = await startTokenApp({
    issuer,
    imports,
    ...(instanceOf && { instanceOf }),
    logto: {
      ...logto,
      session: { ...session, ...sessions, store },
      ...(redisLocks && { lock: redisLocks.lock }),
    },
  });
  return {
    ...app,
    redis: client,
    async close(): Promise<void> {
      await app.close();
      redisLocks?.client.disconnect();
      if (client.isOpen) client.destroy();
    },
  };
}
