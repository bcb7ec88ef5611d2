import { describe, expect, it } from '@jest/globals';
import { placeholderProblems } from '../../src/options/resolve/placeholder-problems.js';
import { withNodeEnv } from '../support/app/with-node-env.js';
import { pages, read } from './support/documents.js';

const documents = ['README.md', 'AGENTS.md', ...pages];

/** The secrets that a document shows, in code and in environment files. */
function secretsIn(document: string): string[] {
  const shown = read(document).matchAll(
    /\b(?:secret|appSecret): '([^']+)'|_SECRET=(\S+)|_SECRET'\] = '([^']+)'/g,
  );
  return [...shown].map(([, ...values]) => values.find((value) => value !== undefined) ?? '');
}

describe('The secrets in the documents', () => {
  it('are found', () => {
    expect(secretsIn('docs/getting-started.md')).toContain('a-long-random-string');
  });

  it.each(documents)(
    'are placeholders that an app in production does not start with: %s',
    async (document) => {
      const secrets = secretsIn(document);
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
