import base from '../../jest.config.js';

/** A real redis-server, started by each spec. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/redis/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 30_000,
};
