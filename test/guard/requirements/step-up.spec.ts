import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  AuthUser,
  IdTokenClaims,
  LogtoAcr,
  LogtoApiGuard,
  LogtoGuard,
  Public,
  RequireAuthentication,
  RequireMfa,
  RequireRoles,
  UserScope,
  WithLogto,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { call, refusalOf } from '../support/api.js';
import { RealTokens, startAccessIssuer } from '../support/real-tokens.js';
import { now, signAccessToken } from '../support/access-token.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import type { Browser, Page } from '../../support/requests/browser.js';
import { passTime, restoreTime } from '../../support/runner/clock.js';
import { startHostileProvider } from '../../support/logto/hostile-provider.js';
import { resource } from '../../support/logto/issuer.js';

const mfaInUrl = encodeURIComponent(LogtoAcr.Mfa);
const oneInUrl = encodeURIComponent(LogtoAcr.FirstFactor);

@Controller()
@UseGuards(LogtoGuard)
class MoneyController {
  @Get('payout')
  @RequireMfa()
  payout(@AuthUser('claims') claims: IdTokenClaims): string {
    return `payout to ${claims.sub}`;
  }

  @Post('payout')
  @RequireMfa()
  pay(): string {
    return 'paid';
  }

  @Get('recent')
  @RequireAuthentication({ acr: LogtoAcr.Mfa, maxAge: 300 })
  recent(): string {
    return 'recent';
  }

  @Get('signed')
  @RequireAuthentication({ acr: LogtoAcr.FirstFactor })
  signed(): string {
    return 'signed';
  }

  @Get('foreign')
  @RequireAuthentication({ acr: 'urn:example:passport' })
  foreign(): string {
    return 'foreign';
  }

  @Get('either')
  @WithLogto({ accept: ['session', 'bearer'] })
  @RequireMfa()
  either(): string {
    return 'either';
  }

  @Get('claims')
  claims(@AuthUser('claims') claims: IdTokenClaims): IdTokenClaims {
    return claims;
  }
}

@Controller('vault')
@UseGuards(LogtoGuard)
@RequireAuthentication({ acr: LogtoAcr.FirstFactor, maxAge: 600 })
class VaultController {
  @Get()
  @RequireAuthentication({ acr: LogtoAcr.Mfa, maxAge: 3600 })
  open(): string {
    return 'open';
  }

  @Get('role')
  @RequireMfa()
  @RequireRoles('owner of it all')
  role(): string {
    return 'role';
  }

  @Get('torn')
  @RequireAuthentication({ acr: 'urn:example:passport' })
  torn(): string {
    return 'torn';
  }
}

@Controller('api')
@UseGuards(LogtoApiGuard)
class ApiController {
  @Get('payout')
  @RequireMfa()
  payout(): string {
    return 'paid';
  }

  @Get('recent')
  @RequireAuthentication({ acr: LogtoAcr.Mfa, maxAge: 300 })
  recent(): string {
    return 'recent';
  }

  @Get('signed')
  @RequireAuthentication({ acr: LogtoAcr.FirstFactor })
  signed(): string {
    return 'signed';
  }

  @Get('fresh')
  @RequireAuthentication({ maxAge: 300 })
  fresh(): string {
    return 'fresh';
  }
}

const insufficient = { status: 401, code: 'insufficient_authentication' };

describe('Step-up authentication', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    app = await startApp({
      issuer,
      controllers: [MoneyController, VaultController],
      logto: { scopes: [UserScope.Roles], api: { audience: resource }, revalidateAfter: 600 },
    });
  });

  beforeEach(async () => {
    browser = app.browser();
    await browser.signIn(issuer);
  });

  afterEach(restoreTime);

  const claims = async (): Promise<IdTokenClaims> => (await browser.fetch('/claims')).json<IdTokenClaims>();

  /** Opens a page, and signs in as it requires. @returns the page after the sign-in */
  async function stepUp(path: string, visitor = browser): Promise<Page> {
    const { location } = await visitor.open(path);
    const callback = await visitor.signIn(issuer, 'ada', location);
    expect(callback.location).toBe(`${app.baseUrl}${path}`);
    return visitor.open(path);
  }

  describe('of a page', () => {
    it('asks Logto for the second factor, and comes back with it', async () => {
      issuer.resetRequests();
      const refused = await browser.open('/payout');
      expect([refused.status, refused.headers.get('location')]).toEqual([
        302,
        `/logto/sign-in?returnTo=%2Fpayout&acr_values=${mfaInUrl}`,
      ]);
      expect((await claims()).acr).toBe(LogtoAcr.FirstFactor);

      expect((await stepUp('/payout')).text).toBe('payout to ada');
      expect(issuer.requests('authorization')[0]?.query).toMatchObject({ acr_values: LogtoAcr.Mfa });
      expect(await claims()).toMatchObject({ acr: LogtoAcr.Mfa, amr: ['pwd', 'otp', 'mfa'] });
      expect((await browser.open('/payout')).status).toBe(200);
    });

    it('asks an anonymous browser for one sign-in, not two', async () => {
      const visitor = app.browser();
      expect((await stepUp('/recent', visitor)).text).toBe('recent');
    });

    it('asks for the second factor again when `maxAge` has passed', async () => {
      const both = `/logto/sign-in?returnTo=%2Frecent&acr_values=${mfaInUrl}&max_age=300`;
      expect((await browser.open('/recent')).headers.get('location')).toBe(both);
      expect((await stepUp('/recent')).status).toBe(200);

      passTime(400);
      issuer.passTime(400);
      expect((await browser.open('/recent')).headers.get('location')).toBe(both);
      const before = (await claims()).auth_time ?? 0;
      expect((await stepUp('/recent')).status).toBe(200);
      expect((await claims()).auth_time).toBeGreaterThanOrEqual(before);
    });

    it('returns to the page of a posted form', async () => {
      const page = await browser.fetch('/payout', {
        method: 'POST',
        headers: { 'sec-fetch-mode': 'navigate', referer: `${app.baseUrl}/form` },
      });
      expect([page.status, page.headers.get('location')]).toEqual([
        303,
        `/logto/sign-in?returnTo=%2Fform&acr_values=${mfaInUrl}&form=1`,
      ]);
    });

    it('survives a refresh', async () => {
      await stepUp('/recent');
      const before = await claims();
      passTime(650);
      expect(await claims()).toMatchObject({ acr: before.acr, amr: before.amr, auth_time: before.auth_time });
      expect((await browser.open('/payout')).status).toBe(200);
    });
  });

  it('accepts a second factor where one factor is enough', async () => {
    expect((await browser.open('/signed')).status).toBe(200);
    await stepUp('/payout');
    expect((await browser.open('/signed')).status).toBe(200);
  });

  it('asks for a factor after a sign-in by a social account, which does not count as one', async () => {
    const visitor = app.browser();
    const { location = '' } = await visitor.open('/logto/sign-in?direct_sign_in=social:google');
    const callback = await issuer.signIn(location, { username: 'ada', cookies: visitor.cookies });
    await visitor.open(callback.href);
    expect((await visitor.fetch('/claims')).json()).toMatchObject({ amr: ['fed'] });
    const page = await visitor.open('/signed');
    expect(page.headers.get('location')).toBe(`/logto/sign-in?returnTo=%2Fsigned&acr_values=${oneInUrl}`);
  });

  it('answers a `fetch` with 401, and with what the sign-in has to ask for', async () => {
    const answer = await browser.fetch('/recent');
    expect(refusalOf(answer)).toMatchObject(insufficient);
    expect(answer.json()).toMatchObject({
      detail:
        'This request requires a sign-in with a second factor within the last 300 seconds. Sign in again.',
      acr_values: LogtoAcr.Mfa,
      max_age: 300,
    });
    expect(answer.headers.get('location')).toBeNull();
    expect((await browser.fetch('/payout', { method: 'POST' })).json()).not.toHaveProperty('max_age');
  });

  it('says that only the time is exceeded, and still asks for both', async () => {
    await stepUp('/recent');
    passTime(400);
    expect((await browser.fetch('/recent')).json()).toMatchObject({
      code: 'recent_sign_in_required',
      acr_values: LogtoAcr.Mfa,
      max_age: 300,
    });
  });

  it('adds up the requirements of class and handler: the stronger context, the shorter time', async () => {
    expect((await browser.fetch('/vault')).json()).toMatchObject({
      ...insufficient,
      acr_values: LogtoAcr.Mfa,
      max_age: 600,
    });
    expect((await stepUp('/vault')).text).toBe('open');
  });

  it('asks for no sign-in where another requirement fails too', async () => {
    expect((await browser.fetch('/vault/role')).json()).toMatchObject({ code: 'insufficient_role' });
  });

  it('compares contexts that are not Logto’s exactly, and fails where no sign-in has both', async () => {
    await stepUp('/payout');
    expect((await browser.fetch('/foreign')).json()).toMatchObject({ acr_values: 'urn:example:passport' });
    expect(refusalOf(await browser.fetch('/vault/torn'))).toMatchObject({
      status: 500,
      code: 'requirement_incomplete',
    });
  });

  it('ends at an error page, not in a loop, when Logto does not support the context', async () => {
    const { location } = await browser.open('/foreign');
    const page = await browser.signIn(issuer, 'ada', location);
    expect([page.status, page.headers.get('location')]).toEqual([403, null]);
    expect(page.text).toContain('insufficient_authentication');
  });

  it('is enforced by a global guard', async () => {
    @Controller()
    class OpenController {
      @Get('open')
      @Public()
      open(): string {
        return 'open';
      }

      @Get('payout')
      @RequireMfa()
      payout(): string {
        return 'paid';
      }
    }
    const guarded = await startApp({
      issuer,
      controllers: [OpenController],
      providers: [{ provide: APP_GUARD, useClass: LogtoGuard }],
    });
    const visitor = await guarded.signedInBrowser(issuer);
    expect((await visitor.fetch('/open')).status).toBe(200);
    expect(refusalOf(await visitor.fetch('/payout'))).toMatchObject(insufficient);
  });

  describe('of an API', () => {
    it('decides by the access token, and denies it with a challenge (RFC 9470)', async () => {
      const provider = await startHostileProvider();
      const api = await startApp({
        issuer: provider,
        controllers: [ApiController, MoneyController],
        logto: { api: { audience: resource } },
      });
      const answer = async (path: string, token: Record<string, unknown>): Promise<Page> =>
        call(api, path, await signAccessToken(provider, token));
      const mfa = { acr: LogtoAcr.Mfa, auth_time: now() - 100 };

      for (const path of ['/api/payout', '/api/recent', '/api/signed', '/either'])
        expect((await answer(path, mfa)).status).toBe(200);

      const challenge = `Bearer error="insufficient_user_authentication", acr_values="${LogtoAcr.Mfa}"`;
      for (const acr of [LogtoAcr.FirstFactor, 'urn:other', '', undefined, null, 7, [LogtoAcr.Mfa]]) {
        for (const path of ['/api/payout', '/either'])
          expect(refusalOf(await answer(path, { ...mfa, acr }))).toEqual({ ...insufficient, challenge });
        const both = { ...insufficient, challenge: `${challenge}, max_age="300"` };
        expect(refusalOf(await answer('/api/recent', { ...mfa, acr }))).toEqual(both);
      }
      expect(refusalOf(await answer('/api/recent', { ...mfa, auth_time: now() - 400 }))).toEqual({
        status: 401,
        code: 'recent_sign_in_required',
        challenge: `${challenge}, max_age="300"`,
      });
      expect((await answer('/api/signed', { acr: LogtoAcr.FirstFactor })).status).toBe(200);
    });

    it('accepts the token of a user who has stepped up', async () => {
      const api = await startApp({
        issuer,
        controllers: [ApiController],
        logto: { api: { audience: resource } },
      });
      const tokens = await RealTokens.from(issuer);
      const token = await tokens.ofUser('ada', { resource });
      expect((await call(api, '/api/signed', token)).status).toBe(200);
      expect(refusalOf(await call(api, '/api/payout', token))).toMatchObject(insufficient);
    });

    it('denies a token from client credentials with `user_required`', async () => {
      const api = await startApp({
        issuer,
        controllers: [ApiController],
        logto: { api: { audience: resource } },
      });
      const tokens = await RealTokens.from(issuer);
      const token = await tokens.ofMachine({ resource });
      for (const path of ['/api/payout', '/api/recent', '/api/signed', '/api/fresh']) {
        const answer = await call(api, path, token);
        expect(refusalOf(answer)).toEqual({ status: 403, code: 'user_required', challenge: null });
        expect(answer.json().detail).toContain('client credentials');
      }
    });
  });
});
