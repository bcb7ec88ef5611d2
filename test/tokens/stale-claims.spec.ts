import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
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
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';
import { pause, timed, until } from '../support/requests/waiting.js';

const hour = 3600;

/** `http.timeout` of the app, in milliseconds. */
const timeout = 3000;

/** A synchronous guard of an app that decides by `req.user`. */
@Injectable()
class NameGuard implements CanActivate {
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
    return (await this.logto.getContext(request)).claims?.name ?? 'anonymous';
  }

  @Get('checked')
  @UseGuards(NameGuard)
  checked(@Req() { user }: Request): string {
    return user?.claims?.name ?? 'anonymous';
  }

  @Get('open')
  @Public()
  open(@Req() { user }: Request): string {
    return user?.claims?.name ?? 'anonymous';
  }
}

const issuer = await startIssuer();

describe('A user with outdated claims', () => {
  let app: TestApp;
  let browser: Browser;

  beforeEach(() => start());

  afterEach(() => {
    issuer.clearFaults();
    issuer.updateUser('ada', { name: 'Ada Lovelace' });
  });

  afterAll(() => restoreTime());

  /** Starts the app, signs ada in and lets the claims become outdated. */
  async function start(parts: Partial<TestAppParts> = {}): Promise<void> {
    app = await startApp({
      issuer,
      controllers: [PagesController, OwnController],
      logto: { http: { timeout } },
      ...parts,
    });
    browser = await app.signedInBrowser(issuer);
    passTime(hour + 1);
    issuer.resetRequests();
  }

  function hangTokenEndpoint(): void {
    issuer.failNext('token', { delay: Number.POSITIVE_INFINITY, times: 1000 });
  }

  const name = (page: Page): unknown => page.json<LogtoContext>().claims?.name;

  describe('on a page without a guard', () => {
    it('does not wait for Logto: the page shows the old claims', async () => {
      hangTokenEndpoint();

      for (const path of ['/user', '/', '/own/open', '/user']) {
        const page = await timed(browser.open(path));
        expect(page.took).toBeLessThan(timeout / 2);
      }
      expect(name(await browser.open('/user'))).toBe('Ada Lovelace');
    });

    it('has refreshed claims on the next page', async () => {
      issuer.updateUser('ada', { name: 'Augusta' });
      expect(name(await browser.open('/user'))).toBe('Ada Lovelace');

      await until(async () => name(await browser.open('/user')) === 'Augusta');
      expect(issuer.countRequests('token')).toBe(1);
    });

    it('is signed out after the response when the user was suspended', async () => {
      issuer.suspendUser('ada');
      try {
        await browser.open('/user');
        await until(async () => !(await browser.open('/user')).json<LogtoContext>().isAuthenticated);
      } finally {
        issuer.restoreUser('ada');
      }
    });

    it('causes no request to Logto where the page does not read the user', async () => {
      await browser.open('/');
      await pause(100);

      expect(issuer.requests()).toEqual([]);
    });

    it('has refreshed claims where the page calls LogtoService', async () => {
      issuer.updateUser('ada', { name: 'Augusta' });

      expect((await browser.open('/own/name')).text).toBe('Augusta');
    });
  });

  describe('before a guard of the app that reads `req.user`', () => {
    it('has refreshed claims', async () => {
      issuer.updateUser('ada', { name: 'Mallory' });

      expect((await browser.open('/own/checked')).status).toBe(403);
    });

    it('has the old claims while Logto hangs, and only the first request waits', async () => {
      const other = await app.signedInBrowser(issuer);
      passTime(hour + 1);
      hangTokenEndpoint();

      expect((await browser.open('/own/checked')).text).toBe('Ada Lovelace');
      const page = await timed(other.open('/own/checked'));
      expect([page.text, page.took < timeout / 2]).toEqual(['Ada Lovelace', true]);
    });

    it('has refreshed claims where the guard is global', async () => {
      await start({ providers: [{ provide: APP_GUARD, useClass: NameGuard }] });
      issuer.updateUser('ada', { name: 'Mallory' });
      // The module's routes and @Public() routes do not refresh them.
      expect((await browser.open('/logto/sign-in')).status).toBe(302);
      await pause(50);
      expect(issuer.countRequests('token')).toBe(0);
      expect((await browser.open('/own/open')).text).toBe('Ada Lovelace');

      expect((await browser.open('/user')).status).toBe(403);
    });
  });
});
