import { describe, expect, it } from '@jest/globals';
import { Page } from '../docs/support/page.js';
import { startProgram } from '../docs/support/start-program.js';
import type { Browser } from '../support/requests/browser.js';
import { startIssuer } from '../support/logto/issuer.js';
import { closeLater } from '../support/runner/leftovers.js';
import { RedisServer } from './support/redis-server.js';

const page = await Page.open('docs/how-to/several-instances.md');

/** The page's app, with its lock and with a route that gets an access token. */
const files = {
  'redis-lock.ts': page.code('export function redisLock'),
  'logto.module.ts': `import { redisLock } from './redis-lock.js';\n${page
    .code('new RedisStore(')
    .replace(
      'logtoOptionsFromEnv({ session',
      `logtoOptionsFromEnv({ lock: redisLock(process.env['REDIS_URL'] ?? ''), session`,
    )}`,
  'app.module.ts': `
    import { createHash } from 'node:crypto';
    import { Controller, Get, Module, Post, Req, UseGuards } from '@nestjs/common';
    import { LogtoGuard, LogtoService } from 'nestjs-logto';
    import { AppModule as SignInModule } from './logto.module.js';
    @Controller() @UseGuards(LogtoGuard) class Pages {
      constructor(private readonly logto: LogtoService) {}
      @Get('token') async token(@Req() request: any) {
        return createHash('sha256').update(await this.logto.getAccessToken(request)).digest('hex').slice(0, 8);
      }
      @Get('forget') async forget(@Req() request: any) { await this.logto.clearAccessToken(request); }
    }
    @Module({ controllers: [Pages], imports: [SignInModule] }) export class AppModule {}`,
};

describe('Two instances of the page "Several instances"', () => {
  it('share sign-ins, refresh once, and answer 503 while Redis is down', async () => {
    const issuer = await startIssuer({ rotation: 'every-use', refreshTokenReuseInterval: 0 });
    const redis = closeLater(await RedisServer.start());
    const start = (baseUrl?: string): Promise<Browser> =>
      startProgram(issuer, files, {
        packages: 'test/redis',
        environment: { REDIS_URL: redis.url, ...(baseUrl !== undefined && { LOGTO_BASE_URL: baseUrl }) },
      });
    const browser = await start();
    const addressOf = async (instance: Browser): Promise<string> =>
      new URL((await instance.fetch('/token')).url).origin;
    const first = await addressOf(browser);
    const second = await addressOf(await start(first));

    await browser.signIn(issuer);
    expect((await browser.fetch(`${second}/token`)).status).toBe(200);
    await browser.fetch('/forget');
    issuer.resetRequests();
    const pages = await Promise.all(
      Array.from({ length: 20 }, (_, index) => browser.fetch(`${index % 2 ? first : second}/token`)),
    );
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(pages.map(({ text }) => text)).size).toBe(1);
    expect(issuer.countRequests('token')).toBe(1);

    await redis.kill();
    const down = await browser.fetch('/token');
    expect([down.status, down.json().code]).toEqual([503, 'session_store_unavailable']);
    await redis.resume();
    await expect(untilBack(browser)).resolves.toBe(200);
  });
});

/** Repeats a request until the instance has reconnected to Redis. */
async function untilBack(browser: Browser): Promise<number> {
  for (;;) {
    const { status } = await browser.fetch('/token');
    if (status !== 503) return status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
