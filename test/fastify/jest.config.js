import base from '../../jest.config.js';

/** Apps on Fastify, whose packages only this folder has. The access specs run on it too. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/fastify/**/*.spec.ts', '<rootDir>/test/guard/{bearer,requirements}/*.spec.ts'],
  moduleNameMapper: {
    // The first pattern that matches wins.
    '/create-api\\.js$': '<rootDir>/test/fastify/support/create-api.ts',
    ...base.moduleNameMapper,
  },
  testPathIgnorePatterns: ['/node_modules/'],
};
