import { setTimeout as delay } from 'node:timers/promises';

/** Throws after five seconds, which is before the app checks the session store again. */
export async function withDeadline<T>(promise: Promise<T>): Promise<T> {
  const late = delay(5000, undefined, { ref: false }).then(() => {
    throw new Error('It took longer than five seconds.');
  });
  return Promise.race([promise, late]);
}
