import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import {
  AuthUser,
  LogtoContext,
  LogtoGuard,
  LogtoService,
  RequireRoles,
  RequireScopes,
  type LogtoModuleOptions,
} from 'nestjs-logto';
import type { EmulatorEndpoint, LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { passTime, restoreTime } from '../support/clock.js';
import { resource, startIssuer } from '../support/issuer.js';
import { leaks } from '../support/leaks.js';
import { PagesController } from '../support/pages.js';
import { SignInController } from '../support/sign-in.controller.js';
import { machine, tokenOptions, tokenTenant } from '../support/token-app.js';
import { TokensController } from '../support/tokens.controller.js';
import { pause, timed, until } from '../support/waiting.js';

const hour = 3600;

/** `http.timeout` of the app, in milliseconds: what a request must not wait for. */
const timeout = 1700;

/** What an app asks LogtoService on a page that no guard stands before. */
@Controller('own')
class OwnController {
  constructor(private readonly logto: LogtoService) {}

  @Get('name')
  async name(@Req() request: Request): Promise<string> {
    return (await this.logto.getContext(request)).claims?.name ?? 'nobody';
  }

  @Get('admins')
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  admins(@AuthUser() user: LogtoContext): string {
    return user.claims?.name ?? '';
  }

  @Get('things')
  @UseGuards(LogtoGuard)
  @RequireScopes('read:things', { resource })
  things(): string {
    return 'things';
  }
}

describe('While Logto hangs', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuer({ ...tokenTenant, idTokenClaims: { roles: false } });
  });

  beforeEach(async () => {
    // A fresh one each time: what it has found out about Logto is what is under test.
    app = await start();
    browser = await signedIn();
    issuer.resetRequests();
  });

  afterEach(async () => {
    issuer.clearFaults();
    issuer.updateUser('ada', { name: 'Ada Lovelace', roles: ['admin'] });
    await app.close();
  });

  afterAll(async () => {
    restoreTime();
    await issuer.close();
  });

  function start(
    logto: Partial<LogtoModuleOptions> = {},
    middleware = (_request: Request, _response: Response, next: NextFunction): void => next(),
  ): Promise<TestApp> {
    return startApp({
      issuer,
      controllers: [PagesController, TokensController, SignInController, OwnController],
      logto: { ...tokenOptions, http: { timeout }, machineToMachine: machine, ...logto },
      configure: (nest) => nest.use(middleware),
    });
  }

  async function signedIn(username = 'ada'): Promise<Browser> {
    const visitor = app.browser();
    await visitor.signIn(issuer, username);
    return visitor;
  }

  function hangs(...endpoints: EmulatorEndpoint[]): void {
    for (const endpoint of endpoints)
      issuer.failNext(endpoint, { delay: Number.POSITIVE_INFINITY, times: 1000 });
  }

  /** Lets the app find out that Logto hangs. */
  async function noticed(): Promise<void> {
    hangs('token', 'userinfo', 'discovery', 'revocation', 'jwks');
    expect((await browser.fetch('/token?organizationId=org_1')).json()).toMatchObject({
      code: 'provider_timeout',
    });
    issuer.resetRequests();
  }

  it('one guarded page waits for the timeout, and everybody else goes on with what they have', async () => {
    const others = [await signedIn(), await signedIn('bob')];
    passTime(hour + 1);
    hangs('token');

    const first = await timed(browser.open('/protected'));
    expect([first.status, first.took > timeout - 100]).toEqual([200, true]);
    for (const other of [...others, browser]) {
      for (const path of ['/protected', '/own/name', '/user']) {
        const page = await timed(other.open(path));
        expect([page.status, page.took < 500]).toEqual([200, true]);
      }
    }
  });

  it('those who wait for it already go on as soon as another has waited for the whole timeout', async () => {
    const other = await signedIn('bob');
    passTime(hour + 1);
    hangs('token');

    const first = browser.open('/protected');
    await pause(timeout / 2);
    const page = await timed(other.open('/protected'));
    expect([page.status, page.took < timeout - 200]).toEqual([200, true]);
    expect((await first).status).toBe(200);
  });

  it('one at a time finds out whether it is back, at most every 30 s, and nobody waits longer than a second', async () => {
    const others = [await signedIn(), await signedIn('bob')];
    const all = [browser, ...others];
    passTime(hour + 1);
    hangs('token');
    await browser.open('/protected');
    issuer.resetRequests();

    passTime(31);
    const pages = await Promise.all(all.map((visitor) => timed(visitor.open('/protected'))));
    expect(pages.map(({ status, took }) => [status, took < 1500])).toEqual(all.map(() => [200, true]));
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('and answers again, the next page brings what has changed', async () => {
    passTime(hour + 1);
    hangs('token');
    await browser.open('/protected');
    issuer.clearFaults();
    issuer.updateUser('ada', { name: 'Augusta' });
    passTime(31);

    expect((await browser.open('/own/name')).text).toBe('Augusta');
  });

  it('and a token comes all the same, everybody’s claims are fresh again at once', async () => {
    const other = await signedIn();
    passTime(hour + 1);
    hangs('token');
    await browser.open('/protected');
    issuer.clearFaults();
    issuer.updateUser('ada', { name: 'Augusta' });
    expect((await other.open('/own/name')).text).toBe('Ada Lovelace');
    // There is nothing to fall back on, so Logto is tried.
    expect((await other.fetch('/token?organizationId=org_1')).status).toBe(200);

    const third = await signedIn();
    passTime(hour + 1);
    issuer.updateUser('ada', { name: 'Augusta King' });
    expect((await third.open('/own/name')).text).toBe('Augusta King');
  });

  it.each([
    ['roles', '/own/admins'],
    ['scopes', '/own/things'],
  ])('%s that were told before go on deciding, and nobody waits who comes later', async (_, path) => {
    const own = await start({ revalidateAfter: 60 });
    const visitors = [own.browser(), own.browser(), own.browser()];
    for (const visitor of visitors) {
      await visitor.signIn(issuer);
      expect((await visitor.open(path)).status).toBe(200);
    }
    passTime(61);
    hangs('token', 'userinfo');
    const [first, ...others] = visitors;
    expect((await first?.open(path))?.status).toBe(200);

    for (const other of others) {
      const page = await timed(other.open(path));
      expect([page.status, page.took < 500]).toEqual([200, true]);
    }
    await own.close();
  });

  it('a token of the app itself that is about to expire is used without a wait', async () => {
    const target = { organizationId: 'org_1', scope: 'invite' };
    const first = await app.logto.getClientCredentialsToken(target);
    passTime(hour - 30);
    hangs('token');
    expect(await app.logto.getClientCredentialsToken(target)).toBe(first);

    const began = performance.now();
    expect(await app.logto.getClientCredentialsToken(target)).toBe(first);
    expect(performance.now() - began).toBeLessThan(500);
  });

  it('a token that nothing can stand for is asked for by one request at a time; the others give up within a second', async () => {
    const others = [await signedIn(), await signedIn('bob')];
    await noticed();

    const asking = timed(browser.fetch('/token?organizationId=org_1'));
    await until(() => issuer.countRequests('token') === 1);
    const pages = await Promise.all(others.map((other) => timed(other.fetch('/token?organizationId=org_1'))));
    for (const page of pages) {
      expect([page.status, page.took < 1500]).toEqual([503, true]);
      expect(page.json()).toMatchObject({ code: 'provider_unavailable' });
    }
    expect([(await asking).status, issuer.countRequests('token')]).toEqual([503, 1]);
  });

  describe('sign-out', () => {
    it('does not refresh claims first that have grown old', async () => {
      passTime(hour + 1);
      for (const leave of ['/logto/sign-out', '/leave']) {
        const visitor = await signedIn();
        passTime(hour + 1);
        issuer.resetRequests();
        await (leave === '/leave' ? visitor.post(leave) : visitor.open(leave));
        await pause(50);
        expect(issuer.requests().map(({ endpoint }) => endpoint)).toEqual(['revocation']);
      }
    });

    it('ends here and goes home within a second, where that is known', async () => {
      const stranger = app.browser();
      await noticed();

      for (const visitor of [browser, stranger]) {
        const page = await timed(visitor.open('/logto/sign-out'));
        expect([page.status, page.location, page.took < 1500]).toEqual([302, `${app.baseUrl}/`, true]);
      }
      expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
    });

    it('goes on to Logto again as soon as that answers', async () => {
      await noticed();
      issuer.clearFaults();

      expect((await browser.open('/logto/sign-out')).location).toContain(`${issuer.issuer}/session/end`);
      expect(issuer.countRequests('revocation')).toBe(1);
    });
  });

  it('sign-in and sign-out refresh no claims either where the app looks at its visitor on every request', async () => {
    const own = await start({ fetchUserInfo: true }, (request, _response, next) => {
      leaks.log(request.user?.isAuthenticated);
      next();
    });
    const visitor = own.browser();
    await visitor.signIn(issuer);
    passTime(hour + 1);
    issuer.resetRequests();

    expect((await visitor.open('/logto/sign-in')).status).toBe(302);
    expect((await visitor.open('/logto/sign-out')).status).toBe(302);
    await pause(100);
    expect(issuer.requests().map(({ endpoint }) => endpoint)).toEqual(['revocation']);
    await own.close();
  });

  describe('sign-in', () => {
    it.each(['/logto/sign-in', '/enter'])('by %s does not refresh claims first', async (path) => {
      passTime(hour + 1);
      expect((await browser.open(path)).location).toContain(issuer.issuer);
      await pause(50);

      expect(issuer.requests()).toEqual([]);
    });

    it('says ‘try again’ instead of leading to an address that does not answer', async () => {
      await noticed();

      const page = await timed(app.browser().open('/logto/sign-in?returnTo=/user?a=%221'));
      expect([page.status, page.took < 1500]).toEqual([503, true]);
      expect(page.headers.get('retry-after')).toBe('5');
      expect(page.headers.getSetCookie()).toEqual([]);
      expect(page.text).toContain('Please try again shortly');
      expect(page.text).toContain('href="/logto/sign-in?returnTo=/user?a=%221">Start again</a>');
    });

    it('works again as soon as Logto does, with the first try', async () => {
      await noticed();
      expect((await app.browser().open('/logto/sign-in')).status).toBe(503);
      issuer.clearFaults();
      // The document that was asked for before still hangs.
      await pause(timeout);

      const visitor = app.browser();
      expect((await visitor.signIn(issuer)).status).toBe(302);
      expect((await visitor.open('/protected')).text).toBe('hello ada');
    });

    it('goes on where only the token endpoint hangs: Logto can be reached', async () => {
      hangs('token');
      expect((await browser.fetch('/token?organizationId=org_1')).status).toBe(503);
      issuer.resetRequests();

      for (let attempt = 0; attempt < 3; attempt += 1)
        expect((await app.browser().open('/logto/sign-in')).location).toContain(issuer.issuer);
      expect(issuer.countRequests('discovery')).toBe(1);
    });

    it('that has come back with its code is always tried', async () => {
      const visitor = app.browser();
      const callback = await visitor.authorize(issuer);
      await noticed();
      issuer.clearFaults();

      expect((await visitor.open(callback)).status).toBe(302);
      expect((await visitor.open('/protected')).text).toBe('hello ada');
    });
  });

  it('that refuses connections is told the same way: sign-in answers 503, and recovers with Logto', async () => {
    await issuer.pause();
    expect((await browser.fetch('/token?organizationId=org_1')).status).toBe(503);

    const page = await app.browser().open('/logto/sign-in');
    expect([page.status, page.text]).toEqual([503, expect.stringContaining('Please try again shortly')]);
    await issuer.resume();
    expect((await app.browser().open('/logto/sign-in')).location).toContain(issuer.issuer);
  });

  it('for one person only, the claims of the others are refreshed all the same', async () => {
    const bob = await signedIn('bob');
    issuer.suspendUser('ada');
    const isSignedIn = async (): Promise<boolean> => (await browser.fetch('/protected')).status === 200;
    passTime(hour + 1);

    // A probe that takes longer than a second on a busy machine goes on in the background, and ends the session then.
    let adaSignedIn = true;
    for (let round = 0; adaSignedIn && round < 10; round += 1) {
      // As when a script of the tenant fails for this person.
      issuer.failNext('token', { status: 500, times: 5 });
      expect((await bob.fetch('/token?organizationId=org_1')).status).toBe(503);
      issuer.clearFaults();
      passTime(20);
      adaSignedIn = await isSignedIn();
    }
    issuer.restoreUser('ada');

    expect(adaSignedIn).toBe(false);
  });
});
