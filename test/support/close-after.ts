import { afterAll, afterEach } from '@jest/globals';

interface Closable {
  close(): unknown;
}

/**
 * @returns a function that closes what it is given after the test, and gives it back:
 *
 *     const closedAfterEach = closeAfterEach();
 *     const app = closedAfterEach(await startApp({ issuer }));
 */
export const closeAfterEach = (): (<T extends Closable>(started: T) => T) => closeAfter(afterEach);

/** The same as {@link closeAfterEach}, after the last test of the `describe` that it is called in. */
export const closeAfterAll = (): (<T extends Closable>(started: T) => T) => closeAfter(afterAll);

function closeAfter(hook: typeof afterEach): <T extends Closable>(started: T) => T {
  const open: Closable[] = [];
  hook(async () => {
    // The newest first, since an app may still need its provider.
    for (const one of open.splice(0).toReversed()) await one.close();
  });
  return (started) => {
    open.push(started);
    return started;
  };
}
