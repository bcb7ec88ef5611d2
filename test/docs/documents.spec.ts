import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { filesBelow, pages, read, repository } from './support/documents.js';
import { anchorsOf, brokenCodeOf, hrefsOf, repositoryLinksOf } from './support/markdown.js';

const documents = [
  'README.md',
  'CHANGELOG.md',
  'AGENTS.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'llms.txt',
  ...pages,
  ...filesBelow('sample', /(?:^|\/)README\.md$/),
];

/** The documents in the package, which has neither the samples nor the tests. */
const published = ['README.md', 'CHANGELOG.md', 'AGENTS.md', 'llms.txt', ...pages];

describe('The README', () => {
  it('has at most 200 lines', () => {
    expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  });

  it('links to absolute URLs, because npm shows it outside of the repository', () => {
    const relative = hrefsOf(read('README.md')).filter((href) => !/^(?:https:|#)/.test(href));

    expect(relative).toEqual([]);
  });
});

describe('The documents', () => {
  it('include the pages in docs', () => {
    expect(pages).toEqual(expect.arrayContaining(['docs/README.md', 'docs/getting-started.md']));
  });

  it.each(documents)('have no broken fences or code spans: %s', (document) => {
    expect(brokenCodeOf(read(document))).toEqual([]);
  });

  it.each(published)('link relatively only to files of the package: %s', (document) => {
    const outside = repositoryLinksOf(document, read(document)).filter(
      ({ href, path }) => !/^https:|^#/.test(href) && !published.includes(path),
    );

    expect(outside.map(({ href }) => href)).toEqual([]);
  });

  it.each(documents)('link to files that exist: %s', (document) => {
    const missing = repositoryLinksOf(document, read(document)).filter(
      ({ path }) => !existsSync(join(repository, path)),
    );

    expect(missing.map(({ href }) => href)).toEqual([]);
  });

  it.each(documents)('link to headings that exist: %s', (document) => {
    const broken = repositoryLinksOf(document, read(document)).filter(
      ({ path, anchor }) =>
        anchor !== undefined &&
        path.endsWith('.md') &&
        existsSync(join(repository, path)) &&
        !anchorsOf(read(path)).has(anchor),
    );

    expect(broken.map(({ href }) => href)).toEqual([]);
  });

  it.each(documents)('name scripts and commands that exist: %s', (document) => {
    const { scripts, bin } = JSON.parse(read('package.json')) as Record<'scripts' | 'bin', object>;
    // Scripts of an app: `nestjs-logto init` adds `logto`, and `nest new` the others.
    const known = new Set(['logto', 'start:dev', '@nestjs/cli', 'nest']);
    for (const name of [...Object.keys(scripts), ...Object.keys(bin)]) known.add(name);
    const named = [...read(document).matchAll(/\b(?:npm run|npx) ([@a-z][\w:/-]*)/g)].map(
      ([, name = '']) => name,
    );

    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('are all reachable from docs/README.md', () => {
    const reached = new Set<string>(['docs/README.md']);
    for (const page of reached) {
      for (const { path } of repositoryLinksOf(page, read(page))) {
        if (pages.includes(path)) reached.add(path);
      }
    }

    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });
});
