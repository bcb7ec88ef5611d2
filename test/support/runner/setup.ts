import { afterEach, beforeEach } from '@jest/globals';
import { eventWatch } from './event-watch.js';
import { leaks, watchConsole } from './leaks.js';
import { leftovers } from './leftovers.js';

watchConsole();

// The channels are those of the process, which runs other spec files after this one.
eventWatch.start();
leftovers.add(async () => eventWatch.stop());

beforeEach(() => leftovers.beginTest());

afterEach(() => leftovers.endTest());

// After each test, searches its logs, error responses and events for secrets.
afterEach(() => leaks.check());

// Called by environment.js.
Object.assign(globalThis, { endAllLeftovers: () => leftovers.end() });
