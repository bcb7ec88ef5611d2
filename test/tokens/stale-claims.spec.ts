import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Req,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { Request } from 'express';
import { LogtoContext, LogtoService, Public } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp, type TestAppParts } from '../support/app.js';
import type { Browser, Page } from '../support/browser.js';
import { passTime, restoreTime } from '../support/clock.js';
import { startIssuer } from '../support/issuer.js';
import { PagesController } from '../support/pages.js';
import { pause, timed, until } from '../support/waiting.js';

const hour = 3600;

/** `http.timeout` of the app, in milliseconds. */
const timeout = 1500;

/** A guard as apps write it: it decides by `req.user`, without a promise. */
@Injectable()
class NamedGuard implements CanActivate {
  canActivate(host: ExecutionContext): boolean {
    const { user } = host.switchToHttp().getRequest<Request>();
    return user?.isAuthenticated !== true || user.claims?.name !== 'Mallory';
  }
}

@Controller('own')
class OwnController {
  constructor(private readonly logto: LogtoService) {}

  @Get('name')
  async name(@Req() request: Request): Promise<string> {
    return (await this.logto.getContext(request)).claims?.name ?? 'nobody';
  }

  @Get('checked')
  @UseGuards(NamedGuard)
  checked(@Req() { user }: Request): string {
    return user?.claims?.name ?? 'nobody';
  }

  @Get('open')
  @Public()
  open(@Req() { user }: Request): string {
    return user?.claims?.name ?? 'nobody';
  }
}

describe('A visitor whose claims have grown old', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuer();
  });

  beforeEach(() => start());

  afterEach(async () => {
    issuer.clearFaults();
    issuer.updateUser('ada', { name: 'Ada Lovelace' });
    await app.close();
  });

  afterAll(async () => {
    restoreTime();
    await issuer.close();
  });

  /** Starts the app, signs somebody in, and lets the claims grow old. */
  async function start(parts: Partial<TestAppParts> = {}): Promise<void> {
    app = await startApp({
      issuer,
      controllers: [PagesController, OwnController],
      logto: { http: { timeout } },
      ...parts,
    });
    browser = app.browser();
    await browser.signIn(issuer);
    passTime(hour + 1);
    issuer.resetRequests();
  }

  async function restart(parts: Partial<TestAppParts>): Promise<void> {
    await app.close();
    await start(parts);
  }

  function hangs(): void {
    issuer.failNext('token', { delay: Number.POSITIVE_INFINITY, times: 1000 });
  }

  const name = (page: Page): unknown => page.json<LogtoContext>().claims?.name;

  describe('on a page that no guard stands before', () => {
    it('never waits for Logto: the page shows what is known', async () => {
      hangs();

      for (const path of ['/user', '/', '/own/open', '/user']) {
        const page = await timed(browser.open(path));
        expect(page.took).toBeLessThan(500);
      }
      expect(name(await browser.open('/user'))).toBe('Ada Lovelace');
    });

    it('gets fresh claims beside it, for the next page', async () => {
      issuer.updateUser('ada', { name: 'Augusta' });
      expect(name(await browser.open('/user'))).toBe('Ada Lovelace');

      await until(async () => name(await browser.open('/user')) === 'Augusta');
      expect(issuer.countRequests('token')).toBe(1);
    });

    it('who was suspended meanwhile is signed out beside it', async () => {
      issuer.suspendUser('ada');
      try {
        await browser.open('/user');
        await until(async () => !(await browser.open('/user')).json<LogtoContext>().isAuthenticated);
      } finally {
        issuer.restoreUser('ada');
      }
    });

    it('asks nothing of Logto where the page does not look at its visitor', async () => {
      await browser.open('/');
      await pause(100);

      expect(issuer.requests()).toEqual([]);
    });

    it('gets fresh claims where the page asks LogtoService', async () => {
      issuer.updateUser('ada', { name: 'Augusta' });

      expect((await browser.open('/own/name')).text).toBe('Augusta');
    });
  });

  describe('before a guard of the app’s own, which reads `req.user`', () => {
    it('is decided on by fresh claims', async () => {
      issuer.updateUser('ada', { name: 'Mallory' });

      expect((await browser.open('/own/checked')).status).toBe(403);
    });

    it('is decided on by what is known while Logto hangs, and only the first one waits', async () => {
      const other = app.browser();
      await other.signIn(issuer);
      passTime(hour + 1);
      hangs();

      expect((await browser.open('/own/checked')).text).toBe('Ada Lovelace');
      const page = await timed(other.open('/own/checked'));
      expect([page.text, page.took < 500]).toEqual(['Ada Lovelace', true]);
    });

    it('is decided on by fresh claims where it stands before the whole app', async () => {
      await restart({ providers: [{ provide: APP_GUARD, useClass: NamedGuard }] });
      issuer.updateUser('ada', { name: 'Mallory' });
      // The module's own routes do without, and so does whatever is @Public().
      expect((await browser.open('/logto/sign-in')).status).toBe(302);
      await pause(50);
      expect(issuer.countRequests('token')).toBe(0);
      expect((await browser.open('/own/open')).text).toBe('Ada Lovelace');

      expect((await browser.open('/user')).status).toBe(403);
    });
  });
});
