import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Request } from 'express';
import { LogtoException, LogtoGuard, LogtoModule, LogtoService, RequireRoles } from 'nestjs-logto';
import { logtoErrorCodes } from '../../src/logto.error-codes.js';
import { startApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { anchorsOf } from './support/markdown.js';
import { forRoot, validOptions, watchLogs } from '../support/app/options.js';
import { withNodeEnv } from '../support/app/with-node-env.js';

const repository = resolve(import.meta.dirname, '../..');
const published = 'https://github.com/nestjs-logto/nestjs-logto/blob/main/';

/** Whether a page of the repository exists and has the section. */
async function leadsSomewhere(link: string): Promise<boolean> {
  const [path = '', anchor] = link.split('#');
  const page = await readFile(join(repository, path), 'utf8').catch(() => undefined);
  return page !== undefined && (anchor === undefined || anchorsOf(page).has(anchor));
}

@Controller()
class PageController {
  constructor(private readonly logto: LogtoService) {}

  @Get('guarded')
  @UseGuards(LogtoGuard)
  guarded(): string {
    return 'guarded';
  }

  @Get('machine')
  machine(): Promise<string> {
    return this.logto.getClientCredentialsToken({ resource: 'https://api.example.com' });
  }

  @Get('callback')
  async callback(@Req() request: Request): Promise<void> {
    await this.logto.handleSignInCallback(request);
  }
}

@Controller()
@UseGuards(LogtoGuard)
class GuardedController {}

@Controller()
class OpenController {
  @Get()
  @RequireRoles('admin')
  open(): string {
    return 'open';
  }
}

describe('Each error', () => {
  it('has the URL of the section that explains it', async () => {
    for (const code of logtoErrorCodes) {
      const { help } = new LogtoException(code, 'A message.');
      expect(help.startsWith(`${published}docs/reference/errors.md#`)).toBe(true);
      expect([code, await leadsSomewhere(help.slice(published.length))]).toEqual([code, true]);
    }
  });

  it('has it in the problem details, but not in production', async () => {
    const issuer = await startIssuer();
    const { baseUrl } = await startApp({ issuer, controllers: [PageController] });
    const problem = async (): Promise<unknown> => (await fetch(`${baseUrl}/guarded`)).json();

    const { help, ...rest } = (await problem()) as { help: string };
    expect(help).toBe(`${published}docs/reference/errors.md#not_authenticated`);
    await withNodeEnv('production', async () => {
      expect(await problem()).toEqual({ ...rest, detail: expect.any(String) });
    });
  });

  it('is logged with it if an operator has to act, and without it if only the user has to', async () => {
    const issuer = await startIssuer();
    const { baseUrl } = await startApp({ issuer, controllers: [PageController] });
    const logs = watchLogs();

    await fetch(`${baseUrl}/machine`);
    await fetch(`${baseUrl}/callback?state=malformed`);

    const lineOf = (code: string): string | undefined => logs().find((line) => line.startsWith(`${code}: `));
    expect(lineOf('machine_to_machine_not_configured')).toMatch(
      / See https:\S+errors\.md#machine_to_machine_not_configured\b/,
    );
    expect(lineOf('callback_invalid')).not.toMatch(/https:/);
  });
});

describe('An app that does not start', () => {
  it.each([
    ['wrong options', { imports: [forRoot({})] }, 'options.md'],
    ['no options', { imports: [LogtoModule] }, 'errors.md#invalid_options'],
    ['no module', { controllers: [GuardedController] }, 'errors.md#module_missing'],
    [
      'an unenforced requirement',
      { imports: [forRoot(validOptions)], controllers: [OpenController] },
      'errors.md#authorization_not_enforced',
    ],
    [
      'a second registration',
      { imports: [forRoot(validOptions), forRoot({ ...validOptions, appId: 'other' })] },
      'errors.md#module_registered_twice',
    ],
  ])('because of %s links to the explanation', async (_, metadata, page) => {
    const starting = Test.createTestingModule(metadata)
      .compile()
      .then((module) => module.createNestApplication().init());

    const error = (await starting.catch((thrown: unknown) => thrown)) as LogtoException;
    expect(error.help).toBe(`${published}docs/reference/${page}`);
    expect(error.message.endsWith(`\nSee ${error.help}`)).toBe(true);
  });
});

describe('The links to the documentation in the source', () => {
  it('lead to a page and a section that exist', async () => {
    const files = await readdir(join(repository, 'src'), { recursive: true });
    const links = new Set<string>();
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      const text = await readFile(join(repository, 'src', file), 'utf8');
      for (const [link] of text.matchAll(/\bdocs\/[\w./-]+\.md(#[\w-]+)?/g)) links.add(link);
    }

    expect(links).toContain('docs/reference/options.md');
    const dead: string[] = [];
    for (const link of links) if (!(await leadsSomewhere(link))) dead.push(link);
    expect(dead).toEqual([]);
  });
});
