import { readFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { placeholderProblems } from '../../src/options/resolve/placeholder-problems.js';
import { withNodeEnv } from '../support/app/with-node-env.js';

const repository = resolve(import.meta.dirname, '../..');

const pages = (await readdir(join(repository, 'docs'), { recursive: true })).filter((name) =>
  name.endsWith('.md'),
);
const documents = ['README.md', 'AGENTS.md', ...pages.map((name) => `docs/${name}`)];

/** The secrets that a document shows, in code and in environment files. */
async function secretsIn(document: string): Promise<string[]> {
  const markdown = await readFile(join(repository, document), 'utf8');
  const shown = markdown.matchAll(/\b(?:secret|appSecret): '([^']+)'|_SECRET=(\S+)|_SECRET'\] = '([^']+)'/g);
  return [...shown].map(([, ...values]) => values.find((value) => value !== undefined) ?? '');
}

describe('The secrets in the documents', () => {
  it('are found', async () => {
    expect(await secretsIn('docs/getting-started.md')).toContain('a-long-random-string');
  });

  it.each(documents)(
    'are placeholders that an app in production does not start with: %s',
    async (document) => {
      const secrets = await secretsIn(document);
      const accepted = await withNodeEnv('production', async () =>
        secrets.filter(
          (secret) =>
            placeholderProblems({ endpoint: 'https://acme.logto.app', session: { secret } }).length === 0,
        ),
      );

      expect(accepted).toEqual([]);
    },
  );
});
