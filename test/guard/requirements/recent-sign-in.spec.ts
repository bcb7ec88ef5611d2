import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import {
  AuthUser,
  IdTokenClaims,
  LogtoGuard,
  RequireRecentSignIn,
  RequireRoles,
  UserScope,
  WithLogto,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { call, refusalOf } from '../support/api.js';
import { startAccessIssuer } from '../support/real-tokens.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import type { Browser } from '../../support/requests/browser.js';
import { passTime, restoreTime } from '../../support/runner/clock.js';
import { startHostileProvider } from '../../support/logto/hostile-provider.js';
import { resource } from '../../support/logto/issuer.js';
import { now, signAccessToken } from '../support/access-token.js';

@Controller()
@UseGuards(LogtoGuard)
class AccountController {
  @Get('danger')
  @RequireRecentSignIn({ maxAge: 300 })
  danger(@AuthUser('claims') claims: IdTokenClaims): string {
    return `danger for ${claims.sub}`;
  }

  @Post('danger')
  @RequireRecentSignIn({ maxAge: 300 })
  postDanger(): string {
    return 'posted';
  }

  @Get('reject')
  @WithLogto({ unauthenticated: 'reject' })
  @RequireRecentSignIn({ maxAge: 300 })
  reject(): string {
    return 'reject';
  }

  @Get('either')
  @WithLogto({ accept: ['session', 'bearer'] })
  @RequireRecentSignIn({ maxAge: 300 })
  either(): string {
    return 'either';
  }

  @Get('claims')
  claims(@AuthUser('claims') claims: IdTokenClaims): IdTokenClaims {
    return claims;
  }
}

@Controller('strict')
@UseGuards(LogtoGuard)
@RequireRecentSignIn({ maxAge: 300 })
class StrictController {
  @Get()
  @RequireRecentSignIn({ maxAge: 60 })
  stricter(): string {
    return 'stricter';
  }

  @Get('role')
  @RequireRoles('owner of it all')
  role(): string {
    return 'role';
  }
}

const required = { status: 401, code: 'recent_sign_in_required' };

describe('@RequireRecentSignIn', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    // Logto before 1.46, whose ID tokens only have `auth_time` if `max_age` was asked for.
    issuer = await startAccessIssuer({ stepUp: false });
    app = await startApp({
      issuer,
      controllers: [AccountController, StrictController],
      logto: { scopes: [UserScope.Roles], api: { audience: resource }, revalidateAfter: 600 },
    });
  });

  beforeEach(async () => {
    browser = app.browser();
    await browser.signIn(issuer, 'ada');
    issuer.resetRequests();
  });

  afterEach(restoreTime);

  it('redirects a user whose sign-in time is unknown to sign-in, and accepts them afterwards', async () => {
    const refused = await browser.open('/danger');
    expect([refused.status, refused.headers.get('location')]).toEqual([
      302,
      '/logto/sign-in?returnTo=%2Fdanger&max_age=300',
    ]);

    const callback = await browser.signIn(issuer, 'ada', refused.location);
    expect(issuer.requests('authorization')[0]?.query).toMatchObject({ max_age: '300' });
    expect(callback.location).toBe(`${app.baseUrl}/danger`);
    expect((await browser.open('/danger')).text).toBe('danger for ada');
  });

  it('redirects an anonymous browser to a sign-in that is recent enough', async () => {
    const anonymous = app.browser();
    const { location = '' } = await anonymous.open('/danger');
    expect(location).toBe(`${app.baseUrl}/logto/sign-in?returnTo=%2Fdanger&max_age=300`);

    await anonymous.signIn(issuer, 'ada', location);
    expect((await anonymous.open('/danger')).text).toBe('danger for ada');
  });

  describe('after a sign-in with max_age', () => {
    beforeEach(async () => {
      await browser.signIn(issuer, 'ada', '/logto/sign-in?max_age=300');
    });

    const claims = async (): Promise<IdTokenClaims> => (await browser.fetch('/claims')).json<IdTokenClaims>();

    it('accepts the user until `maxAge` has passed, then asks for another sign-in', async () => {
      passTime(280);
      expect((await browser.open('/danger')).status).toBe(200);
      passTime(30);
      const page = await browser.open('/danger');
      expect([page.status, page.headers.get('location')]).toEqual([
        302,
        '/logto/sign-in?returnTo=%2Fdanger&max_age=300',
      ]);
    });

    it('makes Logto ask for the password again', async () => {
      const before = (await claims()).auth_time ?? 0;
      issuer.passTime(400);
      passTime(400);
      const refused = await browser.open('/danger');
      expect(refused.status).toBe(302);

      await browser.signIn(issuer, 'ada', refused.location);
      expect((await claims()).auth_time).toBeGreaterThanOrEqual(before);
      expect((await browser.open('/danger')).status).toBe(200);
    });

    it('uses the time of the sign-in, which a refresh does not change', async () => {
      const before = (await claims()).auth_time;
      expect(before).toEqual(expect.any(Number));
      passTime(650);
      await browser.fetch('/claims');

      expect(issuer.countRequests('token')).toBe(2);
      expect((await claims()).auth_time).toBe(before);
      expect(refusalOf(await browser.fetch('/danger'))).toMatchObject(required);
    });

    it('uses the smaller `maxAge` of class and handler', async () => {
      passTime(100);
      const page = await browser.open('/strict');
      expect(page.headers.get('location')).toBe('/logto/sign-in?returnTo=%2Fstrict&max_age=60');
    });
  });

  it.each([
    ['was too long ago', (issuedAt: number) => issuedAt - 4000],
    ['has no time', () => undefined],
  ])('rejects a callback whose sign-in %s, although a recent one was requested', async (_, authTime) => {
    const provider = await startHostileProvider();
    const own = await startApp({ issuer: provider, controllers: [AccountController] });
    const client = own.browser();
    const { location } = await client.open('/logto/sign-in?max_age=300');
    provider.overrides = { claims: (original) => ({ ...original, auth_time: authTime(original.iat ?? 0) }) };

    const answer = await client.fetch(provider.callback(location ?? ''));
    expect([answer.status, answer.json().code]).toEqual([401, 'id_token_invalid']);
    expect((await client.fetch('/claims')).status).toBe(401);
  });

  it('answers other requests with 401 and the `max_age` that is required', async () => {
    for (const [path, method] of [
      ['/danger', 'GET'],
      ['/danger', 'POST'],
      ['/reject', 'GET'],
    ] as const) {
      const answer = await browser.fetch(path, { method });
      expect(refusalOf(answer)).toMatchObject(required);
      expect(answer.json()).toMatchObject({ max_age: 300 });
      expect(answer.headers.get('location')).toBeNull();
    }
    expect((await browser.open('/reject')).status).toBe(401);
  });

  it('returns to the page of a posted form', async () => {
    const page = await browser.fetch('/danger', {
      method: 'POST',
      headers: { 'sec-fetch-mode': 'navigate', referer: `${app.baseUrl}/form` },
    });
    expect([page.status, page.headers.get('location')]).toEqual([
      303,
      '/logto/sign-in?returnTo=%2Fform&max_age=300&form=1',
    ]);
  });

  it('does not ask for another sign-in when another requirement fails too', async () => {
    expect((await browser.fetch('/strict/role')).json()).toMatchObject({
      status: 403,
      code: 'insufficient_role',
    });
  });

  it('redirects an anonymous navigation to sign-in', async () => {
    const page = await app.browser().open('/danger');
    expect(page.headers.get('location')).toMatch(/^\/logto\/sign-in\?returnTo=%2Fdanger/);
  });

  describe('for a bearer token', () => {
    it('uses `auth_time`, and denies a token without it (RFC 9470)', async () => {
      const provider = await startHostileProvider();
      const api = await startApp({
        issuer: provider,
        controllers: [AccountController],
        logto: { api: { audience: resource } },
      });
      const answerTo = async (auth_time: unknown): Promise<ReturnType<typeof refusalOf>> =>
        refusalOf(await call(api, '/either', await signAccessToken(provider, { auth_time })));

      expect(await answerTo(now() - 100)).toMatchObject({ status: 200 });
      for (const time of [now() - 400, undefined, null, String(now()), 0]) {
        expect(await answerTo(time)).toEqual({
          ...required,
          challenge: 'Bearer error="insufficient_user_authentication", max_age="300"',
        });
      }
    });
  });
});
