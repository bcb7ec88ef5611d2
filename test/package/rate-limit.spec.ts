import { describe, expect, it } from '@jest/globals';
import { Page } from '../docs/support/page.js';
import type { Browser } from '../support/requests/browser.js';
import { startIssuer } from '../support/logto/issuer.js';
import { startProgram } from '../docs/support/start-program.js';

const page = await Page.open('docs/how-to/rate-limit.md');
const issuer = await startIssuer();

const imports = `
  import { Controller, Get, Ip, Module } from '@nestjs/common';
  import { APP_GUARD } from '@nestjs/core';
  import { LogtoModule, logtoOptionsFromEnv } from 'nestjs-logto';
  import { ThrottlerModule } from '@nestjs/throttler';`;

/** An app with a page next to the module's routes. */
const app = (more: string, modules: string): string => `${imports} ${more}
  @Controller() class Pages {
    @Get() home() { return 'home'; }
    @Get('ip') ip(@Ip() ip: string) { return ip; }
  }
  @Module({ controllers: [Pages], ${modules} }) export class AppModule {}`;

/** The statuses of a number of requests. */
async function statuses(browser: Browser, path: string, count: number): Promise<Set<number>> {
  const seen = new Set<number>();
  for (let sent = 0; sent < count; sent += 1) seen.add((await browser.open(path)).status);
  return seen;
}

describe('@nestjs/throttler', () => {
  it('limits every route, and the routes of the module by a limit of their own', async () => {
    const browser = await startProgram(issuer, {
      'rate-limit.module.ts': page.code('class RateLimitModule'),
      'logto.module.ts': page.code('class AppModule'),
      'app.module.ts': app(
        `import { RateLimitModule } from './rate-limit.module.js';
         import { AppModule as SignInModule } from './logto.module.js';`,
        'imports: [RateLimitModule, SignInModule]',
      ),
    });

    expect(await statuses(browser, '/', 100)).toEqual(new Set([200]));
    expect((await browser.open('/')).status).toBe(429);
    browser.cookies.clear();
    expect(await statuses(browser, '/logto/sign-up', 20)).not.toContain(429);
    expect((await browser.open('/logto/sign-up')).status).toBe(429);
    await browser.signIn(issuer);
  });

  it('limits only the routes of the module', async () => {
    const browser = await startProgram(issuer, {
      'sign-in-limit.module.ts': page.code('class SignInLimitModule'),
      'app.module.ts': app(
        `import { SignInLimitModule } from './sign-in-limit.module.js';`,
        'imports: [SignInLimitModule]',
      ),
    });

    expect(await statuses(browser, '/logto/sign-up', 20)).not.toContain(429);
    expect((await browser.open('/logto/sign-up')).status).toBe(429);
    expect(await statuses(browser, '/', 101)).toEqual(new Set([200]));
  });

  it('counts signed-in users by their id, and no back-channel logouts', async () => {
    const browser = await startProgram(issuer, {
      'user-throttler.guard.ts': page.code('class UserThrottlerGuard'),
      'app.module.ts': app(
        `import { UserThrottlerGuard } from './user-throttler.guard.js';`,
        `imports: [
           LogtoModule.forRootAsync({ useFactory: () => logtoOptionsFromEnv() }),
           ThrottlerModule.forRoot([{ ttl: 60_000, limit: 2 }]),
         ],
         providers: [{ provide: APP_GUARD, useClass: UserThrottlerGuard }]`,
      ),
    });
    await browser.signIn(issuer);
    expect(await statuses(browser, '/', 2)).toEqual(new Set([200]));
    expect((await browser.open('/')).status).toBe(429);
    browser.cookies.clear();
    await browser.signIn(issuer, 'bob');
    expect((await browser.open('/')).status).toBe(200);
    for (let sent = 0; sent < 4; sent += 1)
      expect((await browser.post('/logto/back-channel-logout')).status).toBe(400);
  });

  it('knows the client behind a proxy', async () => {
    const browser = await startProgram(issuer, {
      'main.ts': page.code(`app.set('trust proxy', 1)`),
      'app.module.ts': app('', 'imports: []'),
    });
    const forwarded = { 'x-forwarded-for': '203.0.113.1, 203.0.113.9' };
    expect((await browser.open('/ip', forwarded)).text).toBe('203.0.113.9');
  });
});
