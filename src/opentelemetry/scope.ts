import { createRequire } from 'node:module';

const { name, version } = createRequire(import.meta.url)('../../package.json') as {
  name: string;
  version: string;
};

/** The instrumentation scope of all spans and metrics. */
export const scope = { name, version };
