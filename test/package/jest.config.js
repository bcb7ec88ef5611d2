import base from '../../jest.config.js';

/** The packed tarball, installed into projects of its users: packed and installed once, before all specs. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/package/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/package/fixtures/'],
  globalSetup: '<rootDir>/test/package/support/install.js',
  globalTeardown: '<rootDir>/test/package/support/remove.js',
  maxWorkers: 2,
  testTimeout: 120_000,
};
