import base from '../../jest.config.js';

/** The MCP sample and an MCP client, whose packages only these folders have. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/mcp/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
