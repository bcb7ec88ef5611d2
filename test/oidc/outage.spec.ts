import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
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
import type { EmulatorEndpoint } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { expectSignInWorks } from '../support/app/expect-sign-in-works.js';
import { resource, startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { PagesController } from '../support/requests/pages.js';
import { SignInController } from '../support/controllers/sign-in.controller.js';
import { machine, tokenOptions, tokenTenant } from '../support/app/token-app.js';
import { organizationTokenPath } from '../support/logto/token-path.js';
import { TokensController } from '../support/controllers/tokens.controller.js';
import { pause, timed, until } from '../support/requests/waiting.js';

const hour = 3600;

/** `http.timeout` of the app, in milliseconds. Most requests must not wait that long. */
const timeout = 2400;

/** Reads the user in each way that may need Logto. */
@Controller('own')
class OwnController {
  constructor(private readonly logto: LogtoService) {}

  @Get('name')
  async name(@Req() request: Request): Promise<string> {
    return (await this.logto.getContext(request)).claims?.name ?? 'anonymous';
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

const issuer = await startIssuer({ ...tokenTenant, idTokenClaims: { roles: false } });

describe('While Logto hangs', () => {
  let app: TestApp;
  let browser: Browser;

  beforeEach(async () => {
    // Each test needs an app that does not know yet whether Logto answers.
    app = await start();
    browser = await signedIn();
    issuer.resetRequests();
  });

  afterEach(() => {
    issuer.clearFaults();
    issuer.updateUser('ada', { name: 'Ada Lovelace', roles: ['admin'] });
  });

  afterAll(() => restoreTime());

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

  const signedIn = (username?: string): Promise<Browser> => app.signedInBrowser(issuer, username);

  function hang(...endpoints: EmulatorEndpoint[]): void {
    for (const endpoint of endpoints)
      issuer.failNext(endpoint, { delay: Number.POSITIVE_INFINITY, times: 1000 });
  }

  /** Lets the app notice that Logto hangs. */
  async function noticeOutage(): Promise<void> {
    hang('token', 'userinfo', 'discovery', 'revocation', 'jwks');
    expect((await browser.fetch(organizationTokenPath)).json()).toMatchObject({
      code: 'provider_timeout',
    });
    issuer.resetRequests();
  }

  it('one guarded page waits for the timeout, and all other requests use the old claims', async () => {
    const others = [await signedIn(), await signedIn('bob')];
    passTime(hour + 1);
    hang('token');

    const first = await timed(browser.open('/protected'));
    expect([first.status, first.took > timeout - 100]).toEqual([200, true]);
    for (const other of [...others, browser]) {
      for (const path of ['/protected', '/own/name', '/user']) {
        const page = await timed(other.open(path));
        expect([page.status, page.took < timeout / 2]).toEqual([200, true]);
      }
    }
  });

  it('requests that already wait continue as soon as another one has timed out', async () => {
    const other = await signedIn('bob');
    passTime(hour + 1);
    hang('token');

    const first = browser.open('/protected');
    await pause(timeout / 2);
    const page = await timed(other.open('/protected'));
    expect([page.status, page.took < timeout - 200]).toEqual([200, true]);
    expect((await first).status).toBe(200);
  });

  it('one request retries every 30 seconds at most, and no request waits longer than a second', async () => {
    const others = [await signedIn(), await signedIn('bob')];
    const all = [browser, ...others];
    passTime(hour + 1);
    hang('token');
    await browser.open('/protected');
    issuer.resetRequests();

    passTime(31);
    const pages = await Promise.all(all.map((visitor) => timed(visitor.open('/protected'))));
    expect(pages.map(({ status, took }) => [status, took < timeout - 500])).toEqual(
      all.map(() => [200, true]),
    );
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('and then recovers, the next page has refreshed claims', async () => {
    passTime(hour + 1);
    hang('token');
    await browser.open('/protected');
    issuer.clearFaults();
    issuer.updateUser('ada', { name: 'Augusta' });
    passTime(31);

    expect((await browser.open('/own/name')).text).toBe('Augusta');
  });

  it('and then answers a token request, claims are refreshed immediately for all users', async () => {
    const other = await signedIn();
    passTime(hour + 1);
    hang('token');
    await browser.open('/protected');
    issuer.clearFaults();
    issuer.updateUser('ada', { name: 'Augusta' });
    expect((await other.open('/own/name')).text).toBe('Ada Lovelace');
    // This token has no older one to fall back to, so Logto is tried.
    expect((await other.fetch(organizationTokenPath)).status).toBe(200);

    const third = await signedIn();
    passTime(hour + 1);
    issuer.updateUser('ada', { name: 'Augusta King' });
    expect((await third.open('/own/name')).text).toBe('Augusta King');
  });

  it.each([
    ['roles', '/own/admins'],
    ['scopes', '/own/things'],
  ])('known %s are still used for decisions, and later requests do not wait', async (_, path) => {
    const own = await start({ revalidateAfter: 60 });
    const visitors = [own.browser(), own.browser(), own.browser()];
    for (const visitor of visitors) {
      await visitor.signIn(issuer);
      expect((await visitor.open(path)).status).toBe(200);
    }
    passTime(61);
    hang('token', 'userinfo');
    const [first, ...others] = visitors;
    expect((await first?.open(path))?.status).toBe(200);

    for (const other of others) {
      const page = await timed(other.open(path));
      expect([page.status, page.took < timeout / 2]).toEqual([200, true]);
    }
  });

  it('a client credentials token that is about to expire is used without a wait', async () => {
    const target = { organizationId: 'org_1', scope: 'invite' };
    const first = await app.logto.getClientCredentialsToken(target);
    passTime(hour - 30);
    hang('token');
    expect(await app.logto.getClientCredentialsToken(target)).toBe(first);

    const began = performance.now();
    expect(await app.logto.getClientCredentialsToken(target)).toBe(first);
    expect(performance.now() - began).toBeLessThan(timeout / 2);
  });

  it('a token without an older one is requested by one request at a time, and the others fail within a second', async () => {
    const others = [await signedIn(), await signedIn('bob')];
    await noticeOutage();

    const asking = timed(browser.fetch(organizationTokenPath));
    await until(() => issuer.countRequests('token') === 1);
    const pages = await Promise.all(others.map((other) => timed(other.fetch(organizationTokenPath))));
    for (const page of pages) {
      expect([page.status, page.took < timeout - 500]).toEqual([503, true]);
      expect(page.json()).toMatchObject({ code: 'provider_unavailable' });
    }
    expect([(await asking).status, issuer.countRequests('token')]).toEqual([503, 1]);
  });

  describe('sign-out', () => {
    it('does not refresh outdated claims first', async () => {
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

    it('ends the session and redirects to the app within a second, once the outage is known', async () => {
      const stranger = app.browser();
      await noticeOutage();

      for (const visitor of [browser, stranger]) {
        const page = await timed(visitor.open('/logto/sign-out'));
        expect([page.status, page.location, page.took < timeout - 500]).toEqual([
          302,
          `${app.baseUrl}/`,
          true,
        ]);
      }
      expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
    });

    it('redirects to Logto again as soon as Logto answers', async () => {
      await noticeOutage();
      issuer.clearFaults();

      expect((await browser.open('/logto/sign-out')).location).toContain(`${issuer.issuer}/session/end`);
      expect(issuer.countRequests('revocation')).toBe(1);
    });
  });

  it('sign-in and sign-out refresh no claims, even if the app reads req.user on every request', async () => {
    const own = await start({ fetchUserInfo: true }, (request, _response, next) => {
      leaks.log(request.user?.isAuthenticated);
      next();
    });
    const visitor = await own.signedInBrowser(issuer);
    passTime(hour + 1);
    issuer.resetRequests();

    expect((await visitor.open('/logto/sign-in')).status).toBe(302);
    expect((await visitor.open('/logto/sign-out')).status).toBe(302);
    await pause(100);
    expect(issuer.requests().map(({ endpoint }) => endpoint)).toEqual(['revocation']);
  });

  describe('sign-in', () => {
    it.each(['/logto/sign-in', '/enter'])('by %s does not refresh claims first', async (path) => {
      passTime(hour + 1);
      expect((await browser.open(path)).location).toContain(issuer.issuer);
      await pause(50);

      expect(issuer.requests()).toEqual([]);
    });

    it('answers 503 with a page that says to try again, instead of a redirect to Logto', async () => {
      await noticeOutage();

      const page = await timed(app.browser().open('/logto/sign-in?returnTo=/user?a=%221'));
      expect([page.status, page.took < timeout - 500]).toEqual([503, true]);
      expect(page.headers.get('retry-after')).toBe('5');
      expect(page.headers.getSetCookie()).toEqual([]);
      expect(page.text).toContain('Please try again shortly');
      expect(page.text).toContain('href="/logto/sign-in?returnTo=/user?a=%221">Start again</a>');
    });

    it('works at the first try once Logto is back', async () => {
      await noticeOutage();
      expect((await app.browser().open('/logto/sign-in')).status).toBe(503);
      issuer.clearFaults();
      // The discovery request of before still hangs.
      await pause(timeout);

      await expectSignInWorks(app, issuer);
    });

    it('redirects to Logto where only the token endpoint hangs', async () => {
      hang('token');
      expect((await browser.fetch(organizationTokenPath)).status).toBe(503);
      issuer.resetRequests();

      for (let attempt = 0; attempt < 3; attempt += 1)
        expect((await app.browser().open('/logto/sign-in')).location).toContain(issuer.issuer);
      expect(issuer.countRequests('discovery')).toBe(1);
    });

    it('is always completed by its callback', async () => {
      const visitor = app.browser();
      const callback = await visitor.authorize(issuer);
      await noticeOutage();
      issuer.clearFaults();

      expect((await visitor.open(callback)).status).toBe(302);
      expect((await visitor.open('/protected')).text).toBe('hello ada');
    });
  });

  it('or refuses connections, sign-in answers 503 and recovers with Logto', async () => {
    await issuer.pause();
    expect((await browser.fetch(organizationTokenPath)).status).toBe(503);

    const page = await app.browser().open('/logto/sign-in');
    expect([page.status, page.text]).toEqual([503, expect.stringContaining('Please try again shortly')]);
    await issuer.resume();
    expect((await app.browser().open('/logto/sign-in')).location).toContain(issuer.issuer);
  });

  it('or fails for one user only, the claims of other users are still refreshed', async () => {
    const bob = await signedIn('bob');
    issuer.suspendUser('ada');
    const isSignedIn = async (): Promise<boolean> => (await browser.fetch('/protected')).status === 200;
    passTime(hour + 1);

    // On a busy machine the retry may take longer than a second; then it continues in the background and ends the session.
    let adaSignedIn = true;
    for (let round = 0; adaSignedIn && round < 10; round += 1) {
      // As when a script of the tenant fails for this user.
      issuer.failNext('token', { status: 500, times: 5 });
      expect((await bob.fetch(organizationTokenPath)).status).toBe(503);
      issuer.clearFaults();
      passTime(20);
      adaSignedIn = await isSignedIn();
    }
    issuer.restoreUser('ada');

    expect(adaSignedIn).toBe(false);
  });
});
