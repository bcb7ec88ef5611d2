import { setTimeout as delay } from 'node:timers/promises';

/** Fails when something takes as long as it takes to look into the session store. */
export async function soon<T>(happening: Promise<T>): Promise<T> {
  const late = delay(5000, undefined, { ref: false }).then(() => {
    throw new Error('That took too long.');
  });
  return Promise.race([happening, late]);
}
