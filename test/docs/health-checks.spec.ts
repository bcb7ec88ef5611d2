import { expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { LogtoGuard } from 'nestjs-logto';
import { startApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';
import { Page } from './support/page.js';

const page = await Page.open('docs/how-to/health-checks.md');
const issuer = await startIssuer();

it('The health checks of the page are public, and an instance is alive before it is ready', async () => {
  const { HealthModule } = await page.run<{ HealthModule: Type }>('class HealthModule');
  const imports = [HealthModule];
  const providers = [{ provide: APP_GUARD, useClass: LogtoGuard }];
  issuer.failNext('discovery', { status: 500 });
  const app = await startApp({ issuer, imports, providers, controllers: [PagesController] });
  const browser = app.browser();
  const status = async (path: string): Promise<number> => (await browser.fetch(path)).status;

  expect([await status('/health/live'), await status('/health/ready'), await status('/')]).toEqual([
    200, 503, 401,
  ]);
  await browser.signIn(issuer);
  expect([await status('/health/live'), await status('/health/ready'), await status('/')]).toEqual([
    200, 200, 200,
  ]);
});
