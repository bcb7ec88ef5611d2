import { setTimeout as delay } from 'node:timers/promises';

/** Rejects after five seconds, which is before the session store is checked again. */
export async function withDeadline<T>(promise: Promise<T>): Promise<T> {
  const late = delay(5000, undefined, { ref: false }).then(() => {
    throw new Error('That took too long.');
  });
  return Promise.race([promise, late]);
}
