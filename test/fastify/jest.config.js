import base from '../../jest.config.js';

/**
 * Apps on Fastify, whose packages only this folder has. The specs of tokens, requirements and responses
 * run on Fastify too. Those of keys, caches and clocks do not depend on the adapter.
 */
export default {
  ...base,
  rootDir: '../..',
  testMatch: [
    '<rootDir>/test/fastify/**/*.spec.ts',
    '<rootDir>/test/guard/bearer/{logto-api-guard,refusals,resource-metadata*}.spec.ts',
    '<rootDir>/test/guard/requirements/{organizations,roles,scopes,step-up}.spec.ts',
  ],
  moduleNameMapper: {
    // The first pattern that matches wins.
    '/create-api\\.js$': '<rootDir>/test/fastify/support/create-api.ts',
    ...base.moduleNameMapper,
  },
  testPathIgnorePatterns: ['/node_modules/'],
};
