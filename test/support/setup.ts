import { afterAll, afterEach } from '@jest/globals';
import { leaks, watchConsole } from './leaks.js';
import { leftovers } from './leftovers.js';

watchConsole();

// Every test of the suite is searched for secrets that it let out.
afterEach(() => leaks.check());

afterAll(() => leftovers.end());
