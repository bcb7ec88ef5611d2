import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import {
  AuthUser,
  LogtoContext,
  LogtoGuard,
  LogtoSessions,
  OptionalAuth,
  WithLogto,
  type LogtoModuleOptions,
} from 'nestjs-logto';
import { Recorder } from '../hooks/support/recorder.js';
import { Users } from '../hooks/support/users.js';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { pauseResponse } from '../support/logto/pause-response.js';
import { Latch, Latches } from '../support/runner/latches.js';
import { isSignedIn } from '../support/requests/is-signed-in.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { RenewalController } from '../support/controllers/renewal.controller.js';
import { tokenOptions, tokenTenant } from '../support/app/token-app.js';
import { WaitingGuard } from '../support/app/waiting.guard.js';
import { TokensController } from '../support/controllers/tokens.controller.js';
import { aboutUser, sendWebhook, signingKey, suspended } from '../webhooks/support/send-webhook.js';

@Controller()
@UseGuards(LogtoGuard)
class OtherSessionsController {
  constructor(private readonly sessions: LogtoSessions) {}

  @Post('end-others')
  async endOthers(@Req() request: Request): Promise<{ ended: number }> {
    return { ended: await this.sessions.end({ sub: 'ada' }, { except: request }) };
  }
}

abstract class UserController {
  @Get('required')
  required(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('optional')
  @OptionalAuth()
  optional(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }
}

@Controller('guarded-twice')
@UseGuards(LogtoGuard, WaitingGuard)
class GuardedTwiceController extends UserController {}

@Controller('user-info')
@UseGuards(LogtoGuard)
@WithLogto({ fetchUserInfo: true })
class UserInfoController extends UserController {}

@Controller('handler')
@UseGuards(LogtoGuard)
class WaitingController {
  constructor(private readonly latches: Latches) {}

  @Get()
  async handler(@Req() request: Request, @AuthUser() user: LogtoContext): Promise<unknown[]> {
    await this.latches.find('handler')?.wait();
    return [user.claims?.sub, request.user?.claims?.sub];
  }
}

const issuer = await startIssuer(tokenTenant);
let parts: TestAppParts;
let app: TestApp;
let other: TestApp;

const start = async (options: Partial<LogtoModuleOptions> = {}): Promise<void> => {
  parts = {
    issuer,
    controllers: [
      PagesController,
      TokensController,
      RenewalController,
      OtherSessionsController,
      UserInfoController,
      GuardedTwiceController,
      WaitingController,
    ],
    providers: [Recorder, Users, Latches],
    logto: {
      ...tokenOptions,
      session: { ...session, store: new MemorySessionStore() },
      webhooks: { signingKey },
      ...options,
    },
  };
  app = await startApp(parts);
  other = await startApp({ ...parts, instanceOf: app });
};

describe('While a sign-in waits for a hook', () => {
  let latch: Latch;

  beforeEach(async () => {
    latch = new Latch();
    await start();
    app.app.get(Recorder).act = (hook) => (hook === 'signIn' ? latch.wait() : undefined);
  });

  afterEach(() => latch.release());

  it.each([
    [
      'a webhook says that the user is suspended',
      () => sendWebhook(other, 'User.SuspensionStatus.Updated', suspended('ada')),
    ],
    ['the app ends the sessions of the user', () => other.app.get(LogtoSessions).end({ sub: 'ada' })],
  ])('and %s, it starts no session', async (_case, endSessions) => {
    const browser = app.browser();
    const callback = browser.open(await browser.authorize(issuer));
    await latch.reached;

    await endSessions();
    latch.release();

    expect((await callback).status).toBe(401);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it.each([
    [
      'a webhook says that the user has changed',
      () => sendWebhook(other, 'User.Data.Updated', aboutUser('ada')),
    ],
    ['the hook makes the claims refresh', () => app.app.get(LogtoSessions).refreshClaims({ sub: 'ada' })],
  ])('and %s, the first request of the session refreshes them, once', async (_case, change) => {
    const browser = app.browser();
    const callback = browser.open(await browser.authorize(issuer));
    await latch.reached;

    await change();
    latch.release();
    await callback;

    issuer.resetRequests();
    for (const { baseUrl } of [app, other, app]) await browser.open(`${baseUrl}/protected`);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('and the hook ends the other sessions of the user, it continues, even if it replaces an earlier sign-in', async () => {
    latch.release();
    const otherBrowser = await app.signedInBrowser(issuer);
    const browser = await app.signedInBrowser(issuer);
    const recorder = app.app.get(Recorder);
    recorder.act = (hook) =>
      hook === 'signIn' &&
      app.app.get(LogtoSessions).end({ sub: 'ada' }, { except: recorder.signIns.at(-1)?.request });
    const fresh = await app.signedInBrowser(issuer);
    await browser.signIn(issuer);

    expect(await isSignedIn(browser)).toBe(true);
    expect(await isSignedIn(fresh)).toBe(false);
    expect(await isSignedIn(otherBrowser)).toBe(false);
  });

  it('and the sessions of another user end, it continues, and so does the next sign-in of the same user', async () => {
    const browser = app.browser();
    const callback = browser.open(await browser.authorize(issuer));
    await latch.reached;

    await other.app.get(LogtoSessions).end({ sub: 'bob' });
    latch.release();
    await callback;

    expect(await isSignedIn(browser)).toBe(true);
    await other.app.get(LogtoSessions).end({ sub: 'ada' });
    expect(await isSignedIn(await app.signedInBrowser(issuer))).toBe(true);
  });
});

describe('A refresh that waits for the user resolver', () => {
  it('does not hide that the user has changed in the meantime', async () => {
    await start({ revalidateAfter: 365 * 24 * 3600 });
    const browser = await app.signedInBrowser(issuer);
    const latch = new Latch();
    app.app.get(Users).result = async () => {
      await latch.wait();
      return { id: 2 };
    };
    const refreshed = browser.open('/refresh');
    await latch.reached;

    await other.app.get(LogtoSessions).refreshClaims({ sub: 'ada' });
    latch.release();
    await refreshed;

    for (const { baseUrl } of [app, other]) {
      issuer.resetRequests();
      await browser.open(`${baseUrl}/protected`);
      expect(issuer.countRequests('token')).toBe(baseUrl === app.baseUrl ? 1 : 0);
    }
  });
});

describe('"Sign out everywhere else"', () => {
  it('does not end the current session after the app has changed its id', async () => {
    await start();
    const here = await app.signedInBrowser(issuer);
    const otherBrowser = await app.signedInBrowser(issuer);
    await here.open('/renew');

    await here.fetch('/end-others', { method: 'POST' });

    expect(await isSignedIn(here)).toBe(true);
    expect(await isSignedIn(otherBrowser)).toBe(false);
    expect((await here.open('/refresh')).status).toBe(200);
  });
});

describe('A request whose sign-in ends after a guard has let it pass', () => {
  const endWhile = async (path: string, pause: () => Latch) => {
    await start();
    const browser = await app.signedInBrowser(issuer);
    const latch = pause();
    const answer = browser.fetch(path);
    await latch.reached;
    await app.app.get(LogtoSessions).end({ sub: 'ada' });
    latch.release();
    const { status, json } = await answer;
    return [status, json()];
  };
  const duringUserInfo = (): Latch => pauseResponse(issuer, 'userinfo');
  const duringNextGuard = (): Latch => app.app.get(Latches).create('guard');
  const inHandler = (): Latch => app.app.get(Latches).create('handler');

  it('is denied while another guard decides', async () => {
    expect(await endWhile('/guarded-twice/required', duringNextGuard)).toMatchObject([
      401,
      { code: 'not_authenticated' },
    ]);
  });

  it('keeps its user once its handler comes next', async () => {
    expect(await endWhile('/user-info/required', duringUserInfo)).toMatchObject([
      200,
      { isAuthenticated: true, claims: { sub: 'ada' }, userInfo: { sub: 'ada' } },
    ]);
    expect(await endWhile('/handler', inHandler)).toEqual([200, ['ada', 'ada']]);
  });

  it.each([
    ['while the module fetches user info', '/user-info/optional', duringUserInfo],
    ['while another guard decides', '/guarded-twice/optional', duringNextGuard],
  ])('is anonymous if the guard does not require a user: %s', async (_case, path, pause) => {
    expect(await endWhile(path, pause)).toEqual([200, { isAuthenticated: false }]);
  });
});
