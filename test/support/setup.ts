import { afterAll, afterEach, beforeEach } from '@jest/globals';
import { leaks, watchConsole } from './leaks.js';
import { leftovers } from './leftovers.js';

watchConsole();

beforeEach(() => leftovers.beginTest());

afterEach(() => leftovers.endTest());

// Every test is searched for secrets in its logs and its error answers.
afterEach(() => leaks.check());

const end = (): Promise<void> => leftovers.end();
afterAll(end);
// For files without a test to run, see environment.js.
Object.assign(globalThis, { endLeftovers: end });
