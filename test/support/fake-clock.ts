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

/** Advances `Date.now()` and `new Date()`, which libraries read that check signed times. Timers stay real. */
export function advanceClock(seconds: number): void {
  jest.useFakeTimers({ now: Date.now() + seconds * 1000, doNotFake: [...timers] });
}

/** Sets the clock back to the real time. */
export function restoreClock(): void {
  jest.useRealTimers();
}
