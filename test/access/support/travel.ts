import { jest } from '@jest/globals';

const timers = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
] as const;

/** Moves every clock on, `new Date()` too: libraries that look at signed times read it. Timers go on running. */
export function travel(seconds: number): void {
  jest.useFakeTimers({ now: Date.now() + seconds * 1000, doNotFake: [...timers] });
}

/** Puts the clocks back. */
export function comeBack(): void {
  jest.useRealTimers();
}
