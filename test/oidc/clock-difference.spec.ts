import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Logger, UseGuards } from '@nestjs/common';
import { LogtoApiGuard, LogtoGuard, RequireRecentSignIn, WithLogto } from 'nestjs-logto';
import { startApp, type TestApp } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { startHostileProvider, type HostileProvider } from '../support/logto/hostile-provider.js';
import { resource } from '../support/logto/issuer.js';
import { logoutTokenClaims } from '../support/logto/logout-token-claims.js';
import { sendLogoutToken } from '../support/logto/send-logout-token.js';
import { call } from '../guard/support/api.js';
import { LogRecorder } from '../guard/support/log-recorder.js';

@Controller()
class TransfersController {
  @Get('protected')
  @UseGuards(LogtoGuard)
  protected(): string {
    return 'in';
  }

  @Get('transfer')
  @UseGuards(LogtoGuard)
  @RequireRecentSignIn({ maxAge: 5 })
  transfer(): string {
    return 'sent';
  }

  @Get('api-transfer')
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: ['session', 'bearer'] })
  @RequireRecentSignIn({ maxAge: 5 })
  apiTransfer(): string {
    return 'sent';
  }

  @Get('things')
  @UseGuards(LogtoApiGuard)
  things(): string {
    return 'things';
  }
}

const minutes = 60;

describe('When the clocks of Logto and of this server differ,', () => {
  let provider: HostileProvider;
  let app: TestApp;
  let log: LogRecorder;
  /** How far Logto's clock is ahead, in seconds. */
  let ahead: number;

  beforeEach(async () => {
    ahead = 0;
    log = new LogRecorder();
    provider = await startHostileProvider();
    provider.overrides = {
      claims: ({ iat = 0, exp = 0, ...rest }) => ({
        ...rest,
        iat: iat + ahead,
        exp: exp + ahead,
        auth_time: iat + ahead,
      }),
      response: (_, answer) => ({
        ...answer,
        headers: { ...answer.headers, date: new Date(Date.now() + ahead * 1000).toUTCString() },
      }),
    };
    app = await startApp({
      issuer: provider,
      controllers: [TransfersController],
      logto: { api: { audience: resource } },
      applicationOptions: { logger: log },
    });
    Logger.overrideLogger(log);
  });

  afterEach(() => {
    process.env.NODE_ENV = 'test';
    log.stop();
  });

  const logtoNow = (): number => Math.floor(Date.now() / 1000) + ahead;

  async function signIn(browser: Browser, path = '/logto/sign-in'): Promise<Page> {
    const { location = '' } = await browser.open(path);
    return browser.fetch(provider.callback(location));
  }

  it.each([
    { what: '15 minutes ahead of', by: -15 * minutes },
    { what: '15 minutes behind', by: 15 * minutes },
    { what: '3 hours ahead of', by: -3 * 60 * minutes },
  ])('a sign-in on a server that is $what Logto is rejected with the difference', async ({ what, by }) => {
    ahead = by;
    const refused = await signIn(app.browser());

    expect(refused.status).toBe(401);
    expect(refused.json()).toMatchObject({ code: 'id_token_invalid' });
    expect(refused.json().detail).toContain(`This server's clock is ${what} Logto's`);
    expect(refused.json().detail).toContain('NTP');
    expect(refused.json().detail).toContain('http.clockTolerance');
  });

  it('a visitor in production does not see the difference', async () => {
    ahead = -15 * minutes;
    process.env.NODE_ENV = 'production';
    const refused = await signIn(app.browser());

    expect(refused.json()).toMatchObject({ status: 401, code: 'id_token_invalid' });
    expect(refused.text).not.toMatch(/clock|NTP|minutes/);
  });

  it('an old token is rejected without a difference where the clocks agree', async () => {
    provider.overrides = { claims: (claims) => ({ ...claims, iat: (claims.iat ?? 0) - 3600 }) };
    const refused = await signIn(app.browser());

    expect(refused.json()).toMatchObject({ code: 'id_token_invalid' });
    expect(refused.json().detail).not.toMatch(/ahead of|behind/);
  });

  describe('a bearer token', () => {
    const sign = (claims: Record<string, unknown>): Promise<string> =>
      provider.sign({ iss: provider.issuer, aud: resource, sub: 'ada', ...claims }, { typ: 'at+jwt' });

    it.each([
      ['that is still valid at Logto', { behind: 600, claims: () => ({ exp: logtoNow() + 300 }) }],
      [
        'that is already valid at Logto',
        { behind: -600, claims: () => ({ exp: logtoNow() + 300, nbf: logtoNow() }) },
      ],
    ])(
      '%s is rejected with the difference, in the response and in the log',
      async (_, { behind, claims }) => {
        ahead = -behind;
        const refused = await call(app, '/things', await sign(claims()));

        expect(refused.status).toBe(401);
        const difference = `This server's clock is 10 minutes ${behind > 0 ? 'ahead of' : 'behind'} Logto's`;
        expect(refused.json().detail).toContain(difference);
        expect(log.warnings.filter((line) => line.includes(difference))).toHaveLength(1);
      },
    );

    it('that has expired at Logto too is rejected without a difference', async () => {
      ahead = -600;
      const refused = await call(app, '/things', await sign({ exp: logtoNow() - 300 }));

      expect(refused.json()).toMatchObject({ code: 'invalid_token', detail: 'The token has expired.' });
      expect(log.warnings).toEqual([]);
    });

    it('is rejected in production without the difference', async () => {
      ahead = -600;
      process.env.NODE_ENV = 'production';
      const refused = await call(app, '/things', await sign({ exp: logtoNow() + 300 }));

      expect(refused.json()).toMatchObject({ code: 'invalid_token', detail: 'The token has expired.' });
      expect(refused.headers.get('www-authenticate')).toBe(
        'Bearer error="invalid_token", error_description="The token has expired."',
      );
    });
  });

  it('a logout token is rejected with the difference', async () => {
    ahead = -10 * minutes;
    const claims = logoutTokenClaims(provider.issuer, { iat: logtoNow(), exp: logtoNow() + 120 });
    const refused = await sendLogoutToken(app, await provider.sign(claims, { typ: 'logout+jwt' }));

    expect([refused.status, refused.json().code]).toEqual([400, 'logout_token_invalid']);
    expect(refused.json().detail).toContain("This server's clock is 10 minutes ahead of Logto's");
    expect(log.warnings).toEqual(expect.arrayContaining([expect.stringContaining('10 minutes ahead of')]));
  });

  describe('a recent sign-in that a route requires', () => {
    it('is rejected at the callback with a large difference', async () => {
      ahead = -90;
      const refused = await signIn(app.browser(), '/logto/sign-in?max_age=5');

      expect(refused.json()).toMatchObject({ status: 401, code: 'id_token_invalid' });
      expect(refused.json().detail).toContain("This server's clock is 90 seconds ahead of Logto's");
    });

    it.each(['/transfer', '/api-transfer'])(
      'leads to an error page and a log line instead of a redirect loop with a small difference: %s',
      async (path) => {
        ahead = -20;
        const browser = app.browser();
        expect((await signIn(browser, '/logto/sign-in?max_age=5')).status).toBe(302);
        expect((await browser.open('/protected')).text).toBe('in');

        const refused = await browser.open(path);
        expect([refused.status, refused.location]).toEqual([401, undefined]);
        expect(refused.text).toContain('recent_sign_in_required');
        expect(log.warnings).toEqual([
          expect.stringMatching(/This server's clock is (19|20|21) seconds ahead of Logto's[^]*maxAge/),
        ]);
      },
    );

    it('leads to a new sign-in where it is too old for Logto as well', async () => {
      ahead = -20;
      const browser = app.browser();
      provider.overrides = {
        ...provider.overrides,
        claims: (claims) => ({ ...claims, auth_time: (claims.iat ?? 0) - 100 }),
      };
      await signIn(browser);

      expect((await browser.open('/transfer')).location).toContain('/logto/sign-in?returnTo=%2Ftransfer');
      expect(log.warnings).toEqual([]);
    });
  });
});
