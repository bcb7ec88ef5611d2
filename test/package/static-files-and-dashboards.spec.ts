import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { MiddlewareConsumer, Type } from '@nestjs/common';
import { Page } from '../docs/support/page.js';
import { runMain } from '../docs/support/run-main.js';
import { asInMain, startApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leftovers } from '../support/runner/leftovers.js';
import { PagesController } from '../support/requests/pages.js';

const page = await Page.open('docs/how-to/protect-static-files-and-dashboards.md', 'test/package');
const issuer = await startIssuer();

/** Runs a main.ts of the page with the middleware of the page. */
const start = (text: string, modules: Record<string, string> = {}): Promise<Browser> =>
  runMain(page, text, {
    issuer,
    options: `scopes: ['roles'], session: { secret: 'the-secret-of-the-page' }`,
    modules,
    files: {
      'users-only.ts': page.code('export const usersOnly'),
      'role-only.ts': page.code('export function roleOnly'),
      'reports.module.ts': page.code('class ReportsModule'),
      'guarded.module.ts': page.code('class GuardedModule'),
    },
  });

/** The folder in which the page's code finds `reports/latest.csv`. */
async function enterFolderWithReport(): Promise<void> {
  const before = process.cwd();
  const folder = await mkdtemp(join(tmpdir(), 'nestjs-logto-reports-'));
  await mkdir(join(folder, 'reports'));
  await writeFile(join(folder, 'reports/latest.csv'), 'a,report');
  process.chdir(folder);
  leftovers.add(async () => {
    process.chdir(before);
    await rm(folder, { recursive: true });
  });
}

async function expectSignInFirst(browser: Browser, path: string): Promise<void> {
  const { location = '' } = await browser.open(path);
  expect(location).toMatch(/\/logto\/sign-in\?returnTo=/);
  expect((await browser.signIn(issuer, 'ada', location)).location).toMatch(new RegExp(`${path}$`));
}

describe('Middleware in main.ts protects', () => {
  it('Swagger UI and its document', async () => {
    const browser = await start('SwaggerModule.setup');
    for (const path of ['/docs-json', '/docs-yaml', '/docs/swagger-ui.css'])
      expect((await browser.open(path)).location).toContain('/logto/sign-in');
    await expectSignInFirst(browser, '/docs');
    expect((await browser.open('/docs')).text).toContain('swagger-ui');
    const { paths } = (await browser.open('/docs-json')).json<{ paths: object }>();
    expect(Object.keys(paths)).toEqual(['/user', '/admin']);
  });

  it('Bull Board, for one role', async () => {
    const browser = await start('createBullBoard(');
    await expectSignInFirst(browser, '/queues');
    expect((await browser.open('/queues')).text).toMatch(/<title>Bull/);

    await browser.open('/logto/sign-out');
    browser.cookies.clear();
    await browser.signIn(issuer, 'bob');
    expect((await browser.open('/queues')).status).toBe(403);
  });

  it('static files', async () => {
    await enterFolderWithReport();
    const browser = await start(`app.use('/reports', usersOnly)`, { 'reports.module': 'ReportsModule' });
    await expectSignInFirst(browser, '/reports/latest.csv');
    expect((await browser.open('/reports/latest.csv')).text).toBe('a,report');
  });

  it('every path that is not in a list', async () => {
    const browser = await start('const open =', { 'guarded.module': 'GuardedModule' });
    expect((await browser.open('/health')).json()).toEqual({ status: 'ok' });
    await expectSignInFirst(browser, '/user');
    expect((await browser.open('/user')).json()).toMatchObject({ claims: { sub: 'ada' } });
  });
});

describe('Without middleware in main.ts', () => {
  it('a handler streams a file to one role', async () => {
    await enterFolderWithReport();
    const { ReportsController } = await page.run<{ ReportsController: Type }>('class ReportsController');
    const app = await startApp({ issuer, controllers: [ReportsController], logto: { scopes: ['roles'] } });
    expect((await app.browser().fetch('/reports/latest')).status).toBe(401);
    expect((await (await app.signedInBrowser(issuer)).fetch('/reports/latest')).text).toBe('a,report');
    expect((await (await app.signedInBrowser(issuer, 'bob')).fetch('/reports/latest')).status).toBe(403);
  });

  it('middleware of a module protects static files', async () => {
    await enterFolderWithReport();
    const { usersOnly } = await page.run<{ usersOnly: never }>('export const usersOnly');
    const { ReportsModule } = await page.run<{ ReportsModule: Type }>('class ReportsModule');
    class Protected {
      configure(consumer: MiddlewareConsumer): void {
        consumer.apply(usersOnly).forRoutes('reports/{*path}');
      }
    }
    const app = await startApp({ issuer, imports: [{ module: Protected }, ReportsModule], create: asInMain });
    const browser = app.browser();
    await expectSignInFirst(browser, '/reports/latest.csv');
    expect((await browser.open('/reports/latest.csv')).text).toBe('a,report');
  });

  it('a global guard protects all controllers except public ones', async () => {
    const { GuardedModule } = await page.run<{ GuardedModule: Type }>('class GuardedModule');
    const app = await startApp({ issuer, controllers: [PagesController], imports: [GuardedModule] });
    expect((await app.browser().fetch('/health')).json()).toEqual({ status: 'ok' });
    expect((await app.browser().fetch('/user')).status).toBe(401);
    expect((await (await app.signedInBrowser(issuer)).fetch('/user')).status).toBe(200);
  });
});
