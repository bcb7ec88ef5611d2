import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { logtoErrorCodes } from '../../src/logto.error-codes.js';
import { logtoOptionsSchema } from '../../src/options/resolve/logto-options-schema.js';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');

describe('The README', () => {
  it('tells the cause and the remedy of every error code', () => {
    const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
    const told = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, code]) => code),
    );

    expect(logtoErrorCodes.filter((code) => !told.includes(code))).toEqual([]);
  });

  it('names every option', () => {
    const options = Object.keys(logtoOptionsSchema.shape);

    expect(
      options.filter((option) => !readme.includes(`\`${option}\``) && !readme.includes(`\`${option}:`)),
    ).toEqual([]);
  });

  it('links to nothing that is not there', async () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path ?? '');
    const missing: string[] = [];
    for (const path of new Set(links)) {
      // A folder can be opened, not read.
      await readFile(new URL(`../../${path}`, import.meta.url)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EISDIR') missing.push(path);
      });
    }

    expect(missing).toEqual([]);
  });
});
