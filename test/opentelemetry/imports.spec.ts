import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const entryPoint = resolve(import.meta.dirname, '../../src/opentelemetry/index.ts');

/** The packages that a file loads at runtime, with those of the files that it imports. */
async function packagesOf(file: string, seen = new Set<string>()): Promise<string[]> {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = await readFile(file, 'utf8');
  const names = [...text.matchAll(/^(?:import|export) (?!type )(?:[^;]*? from )?'([^']+)'/gm)].map(
    ([, name = '']) => name,
  );
  const packages = names.filter((name) => !name.startsWith('.'));
  for (const name of names.filter((other) => other.startsWith('.')))
    packages.push(...(await packagesOf(resolve(file, '..', name.replace(/\.js$/, '.ts')), seen)));
  return packages;
}

describe('nestjs-logto/opentelemetry', () => {
  it('loads no package that another instrumentation has to see being loaded', async () => {
    expect([...new Set(await packagesOf(entryPoint))].toSorted()).toEqual([
      '@opentelemetry/api',
      'node:async_hooks',
      'node:diagnostics_channel',
      'node:module',
    ]);
  });
});
