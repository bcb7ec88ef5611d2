import { afterEach, beforeEach } from '@jest/globals';
import { leaks, watchConsole } from './leaks.js';
import { leftovers } from './leftovers.js';

watchConsole();

beforeEach(() => leftovers.beginTest());

afterEach(() => leftovers.endTest());

// Every test is searched for secrets in its logs and its error answers.
afterEach(() => leaks.check());

// Called by environment.js.
Object.assign(globalThis, { endLeftovers: () => leftovers.end() });
