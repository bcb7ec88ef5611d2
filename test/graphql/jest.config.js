import base from '../../jest.config.js';

/** GraphQL on Apollo, whose packages only this folder has. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/graphql/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
