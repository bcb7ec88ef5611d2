import { availableParallelism } from 'node:os';

export default {
  testEnvironment: '<rootDir>/test/support/runner/environment.js',
  // Long beside what any spec takes: a busy machine is no failure.
  testTimeout: 30_000,
  // The specs wait a good part of their time: three workers keep two cores busy.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  // Jest keeps the modules of every spec that a worker has run, some 25 MB, until it replaces the worker, which takes seconds.
  workerIdleMemoryLimit: '1200MB',
  // The process of such a worker takes half a second to end, or longer on a busy machine. Jest allows half a second.
  workerGracefulExitTimeout: 10_000,
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/browser/',
    '<rootDir>/test/fastify/',
    '<rootDir>/test/graphql/',
    '<rootDir>/test/mcp/',
    '<rootDir>/test/package/',
    '<rootDir>/test/redis/',
  ],
  setupFilesAfterEnv: ['<rootDir>/test/support/runner/setup.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^nestjs-logto$': '<rootDir>/src/index.ts',
    '^nestjs-logto/(emulator|management|opentelemetry|swagger|terminus|testing)$':
      '<rootDir>/src/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'nodenext' },
      },
    ],
  },
};
