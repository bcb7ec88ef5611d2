import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { project } from './support/packed.js';
import { succeed } from './support/run.js';

const recipes = readFileSync(fileURLToPath(new URL('../../docs/how-to/testing.md', import.meta.url)), 'utf8');

describe.each([
  [
    'Vitest in a Nest 12 project in ES modules',
    'nest-12/testing-vitest',
    'vitest.config.ts',
    ['../node_modules/vitest/vitest.mjs', 'run'],
  ],
  [
    'Jest in a Nest 12 project in ES modules',
    'nest-12/testing-jest',
    'jest.config.js',
    ['--experimental-vm-modules', '../node_modules/jest/bin/jest.js'],
  ],
  [
    'Jest in a Nest 11 project in CommonJS',
    'nest-11/testing-jest',
    'test/jest-e2e.json',
    ['../node_modules/jest/bin/jest.js', '--config', 'test/jest-e2e.json'],
  ],
])('An app that is tested with nestjs-logto/testing: %s', (_name, folder, config, command) => {
  const cwd = project(folder);

  it('passes its tests with the configuration of the documents', async () => {
    expect(recipes).toContain(readFileSync(project(folder, config), 'utf8'));
    await succeed(process.execPath, command, cwd);
  });

  it('compiles its tests', async () => {
    await succeed(process.execPath, ['../node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'], cwd);
  });
});
