import { afterEach, beforeEach } from '@jest/globals';
import { leaks, watchConsole } from './leaks.js';
import { leftovers } from './leftovers.js';
import { watchEvents } from './watch-events.js';

watchConsole();

// The channels are those of the process, which runs other spec files after this one.
const ignoreEvents = watchEvents();
leftovers.ends(async () => ignoreEvents());

beforeEach(() => leftovers.beginTest());

afterEach(() => leftovers.endTest());

// Every test is searched for secrets in its logs, its error answers and its events.
afterEach(() => leaks.check());

// Called by environment.js.
Object.assign(globalThis, { endLeftovers: () => leftovers.end() });
