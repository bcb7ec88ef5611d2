import { asInTests } from '../../support/app/app.js';

/** How the specs create an API that only accepts bearer tokens. Those of `test/fastify` replace this file. */
export const createApi = asInTests;
