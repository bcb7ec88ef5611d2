import type { Page } from './browser.js';

/** Measures how long a request takes, in milliseconds. */
export async function timed(request: Promise<Page>): Promise<Page & { took: number }> {
  const began = performance.now();
  return { ...(await request), took: performance.now() - began };
}

/** Waits until a condition is met. @throws Error after 20 seconds */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('The condition was not met within 20 seconds.');
    await pause(20);
  }
}

/** Waits for a number of milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
