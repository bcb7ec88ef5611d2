import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as publicNames from 'nestjs-logto';
import { messageChannels, tracingChannels } from '../../src/events/channels.js';
import { logtoErrorCodes } from '../../src/logto.error-codes.js';
import { logtoOptionsSchema } from '../../src/options/schema/logto-options-schema.js';
import { resourceMetadata } from '../../src/options/schema/resource-metadata-schema.js';
import { leftovers } from '../support/runner/leftovers.js';
import { headingsOf } from './support/markdown.js';

const repository = resolve(import.meta.dirname, '../..');

/** What is wrong with the generated pages of a repository. */
function check(folder: string): Promise<string[]> {
  const args = [join(repository, 'scripts/docs.js'), '--check', folder];
  return new Promise((settle) => {
    execFile(process.execPath, args, (_error, _stdout, stderr) =>
      settle(stderr.split('\n').filter((line) => line !== '')),
    );
  });
}

/** A copy of what the pages are generated from, and of the pages, with changes: in a file, one text for another. */
async function copyWith(changes: readonly [file: string, before: string, after: string][]): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'reference-'));
  leftovers.add(() => rm(copy, { recursive: true }));
  for (const part of ['src/options', 'src/error-codes', 'src/events', 'docs/reference'])
    await cp(join(repository, part), join(copy, part), { recursive: true });
  for (const [file, before, after] of changes) {
    const text = await readFile(join(copy, file), 'utf8');
    expect(text).toContain(before);
    await writeFile(join(copy, file), text.replace(before, after));
  }
  return copy;
}

/** The names that the headings of a page begin with: `Public` of "### `@Public()`". */
async function namesOn(page: string): Promise<string[]> {
  const markdown = await readFile(join(repository, 'docs/reference', page), 'utf8');
  return headingsOf(markdown).flatMap((heading) => /^`@?([\w.]+)/.exec(heading)?.[1] ?? []);
}

const options = 'src/options/logto-module-options.ts';
const codes = 'src/error-codes/session-error-codes.ts';
const traces = 'src/events/logto-traces.ts';

describe('The generated pages of the reference', () => {
  it('are up to date', async () => {
    expect(await check(repository)).toEqual([]);
  });

  it('are stale once a text in the source has changed', async () => {
    const copy = await copyWith([
      [options, 'Encrypts the sign-in cookies.', 'Something else.'],
      [codes, 'The request has no session.', 'Something else.'],
      [traces, 'A webhook arrives, until', 'Something else, until'],
    ]);

    expect(await check(copy)).toEqual([
      'docs/reference/options.md is stale: run `npm run docs`',
      'docs/reference/errors.md is stale: run `npm run docs`',
      'docs/reference/events.md is stale: run `npm run docs`',
    ]);
  });

  it('require a comment on each option, each code and each event', async () => {
    const copy = await copyWith([
      [options, '/** Whether to request `openid offline_access profile`. Default: `true`. */', ''],
      [options, ' Default: `5000`.', ''],
      [codes, 'The request has no session.', ''],
      [codes, '@status 500', '@status 5000'],
      [traces, '/** The HTTP method. */', ''],
      [traces, '/** A webhook arrives, until its handlers have finished. */', ''],
      [codes, '@remedy Mount express-session instead of, for example, cookie-session.', ''],
    ]);

    expect((await check(copy)).filter((line) => !line.includes('is stale'))).toEqual([
      'includeReservedScopes: the option has no text',
      'includeReservedScopes: the comment of the option does not end with "Default: …."',
      'http.timeout: the comment of the option does not end with "Default: …."',
      'session_not_configured: the comment of the code does not say what happened',
      'session_not_configured: @status has to be `startup`, HTTP statuses or both: "startup, 500"',
      'session_not_supported: the comment of the code has no @remedy',
      'nestjs-logto:webhook: the channel has no text',
      'method of LogtoProviderRequestTrace: the field has no text',
    ]);
  });

  it('have one heading for each option that the module accepts', async () => {
    const names = await namesOn('options.md');

    const extras = ['global', 'authRoutes', 'authRoutesPrefix', 'authRoutesDecorators'];
    expect(names.filter((name) => !name.includes('.')).toSorted()).toEqual(
      [...Object.keys(logtoOptionsSchema.shape), ...extras].toSorted(),
    );
    const nested = ['http', 'api', 'lifetime', 'management'] as const;
    expect(names.filter((name) => /^(http|api|lifetime|management)\.\w+$/.test(name)).toSorted()).toEqual(
      nested
        .flatMap((option) =>
          Object.keys(logtoOptionsSchema.shape[option].unwrap().shape).map((name) => `${option}.${name}`),
        )
        .toSorted(),
    );
    const [, members] = resourceMetadata.options;
    expect(names.filter((name) => name.startsWith('api.metadata.'))).toEqual(
      Object.keys(members.shape).map((name) => `api.metadata.${name}`),
    );
  });

  it('have one heading for each code', async () => {
    expect((await namesOn('errors.md')).toSorted()).toEqual([...logtoErrorCodes].toSorted());
  });

  it('have one heading for each channel that the module publishes on', async () => {
    const markdown = await readFile(join(repository, 'docs/reference/events.md'), 'utf8');
    const names = headingsOf(markdown).flatMap((heading) => /^`(nestjs-logto:.+)`$/.exec(heading)?.[1] ?? []);

    expect(names).toEqual([...Object.keys(tracingChannels), ...Object.keys(messageChannels)]);
  });
});

describe('The written pages of the reference', () => {
  it('have one heading for each decorator', async () => {
    const decorators = Object.entries(publicNames)
      .filter(([name, value]) => typeof value === 'function' && isDecorator(name, value))
      .map(([name]) => name);

    expect(decorators).toContain('AuthUser');
    expect((await namesOn('decorators.md')).toSorted()).toEqual(decorators.toSorted());
  });

  it('have one heading for each method of LogtoService', async () => {
    const methods = Object.getOwnPropertyNames(publicNames.LogtoService.prototype);

    expect((await namesOn('service.md')).toSorted()).toEqual(
      methods.filter((name) => name !== 'constructor').toSorted(),
    );
  });
});

/** Decorators are the functions with a capital letter that are not classes. */
function isDecorator(name: string, value: object): boolean {
  const isClass = Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
  return /^[A-Z]/.test(name) && !isClass && value !== Object;
}
