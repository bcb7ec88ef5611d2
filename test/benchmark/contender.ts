import { performance } from 'node:perf_hooks';
import type { Store } from 'express-session';
import { contenders, type ContenderName } from './contenders.js';
import { expose } from './support/remote.js';
import type { ContenderSetup } from './support/setup.js';
import { openStore, putSessions, readSession } from './support/stores.js';

/** The process of one contender. */
const { name, ...setup } = JSON.parse(process.argv[2] ?? '') as ContenderSetup & { name: ContenderName };

let opened: Store | undefined;
const store = async (): Promise<Store> => (opened ??= await openStore(setup.store));

const start = await contenders[name]();
await start(setup, store);
const readyAfter = performance.now();

const functions = {
  /** Milliseconds from the start of the process until the app listened. */
  readyAfter: () => readyAfter,
  /** The CPU time of this process in all its threads, in microseconds. */
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  /** Memory after a garbage collection, in megabytes. */
  memory: () => {
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    return { resident: rss / 2 ** 20, heap: heapUsed / 2 ** 20 };
  },
  /** Puts copies of a session into the store. @returns their cookies */
  putSessions: async (data: object, count: number) => putSessions(await store(), data, count),
  readSession: async (id: string) => readSession(await store(), id),
  /** The number of entries in the store. Only works with MemoryStore. */
  countEntries: async () => {
    const all = (await store()).all?.bind(await store());
    return new Promise<number>((resolve) => {
      all?.((_error, sessions) => resolve(Object.keys(sessions ?? {}).length));
    });
  },
};

export type ContenderFunctions = typeof functions;

expose(functions);
