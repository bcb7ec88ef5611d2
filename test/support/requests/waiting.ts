import type { Page } from './browser.js';

/** An answer, and how long it took in milliseconds. */
export async function timed(ask: Promise<Page>): Promise<Page & { took: number }> {
  const began = performance.now();
  return { ...(await ask), took: performance.now() - began };
}

/** Waits for what happens beside the requests. @throws Error when it has not happened after 20 seconds */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('It did not happen.');
    await pause(20);
  }
}

/** Lets so many milliseconds pass. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
