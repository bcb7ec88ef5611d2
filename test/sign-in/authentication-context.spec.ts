import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { LogtoAcr, LogtoGuard, LogtoService, OnSignInFailed, RequireMfa, UserScope } from 'nestjs-logto';
import type { LogtoSignInFailedEvent } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { startHostileProvider } from '../support/logto/hostile-provider.js';
import { startIssuer } from '../support/logto/issuer.js';

const mfa = LogtoAcr.Mfa;
const one = LogtoAcr.FirstFactor;

@Controller()
class PayoutController {
  readonly failures: string[] = [];

  constructor(private readonly logto: LogtoService) {}

  @Get('payout')
  @UseGuards(LogtoGuard)
  @RequireMfa()
  payout(): string {
    return 'paid';
  }

  @Get('acr')
  acr(@Req() request: Request): string {
    return request.user?.claims?.acr ?? 'anonymous';
  }

  @Get('enter')
  async enter(@Req() request: Request, @Res() response: Response): Promise<void> {
    const acrValues = [one, mfa];
    response.redirect(
      (await this.logto.signIn(request, { acrValues, theme: 'dark', confirmRedirectPolicy: 'always' })).href,
    );
  }

  /** A sign-in route of the app, as in the docs. */
  @Get('my-sign-in')
  async mySignIn(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { acr_values, max_age } = request.query as Record<string, string | undefined>;
    const maxAge = max_age === undefined ? undefined : Number(max_age);
    response.redirect((await this.logto.signIn(request, { acrValues: acr_values, maxAge })).href);
  }

  @OnSignInFailed()
  failed({ code }: LogtoSignInFailedEvent): void {
    this.failures.push(code);
  }
}

const withPayout = (issuer: TestAppParts['issuer'], logto: TestAppParts['logto'] = {}): Promise<TestApp> =>
  startApp({ issuer, controllers: [PayoutController], logto });

/** The parameters of the authorization request that a path leads to. */
async function parametersOf(app: TestApp, path: string): Promise<Record<string, string>> {
  const { location = '' } = await app.browser().open(path);
  return Object.fromEntries(new URL(location).searchParams);
}

describe('A sign-in asks Logto for an authentication context', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;

  beforeAll(async () => {
    issuer = await startIssuer();
    app = await withPayout(issuer);
  });

  it('by the query of the route', async () => {
    expect(await parametersOf(app, `/logto/sign-in?acr_values=${mfa}%20${one}&theme=dark`)).toMatchObject({
      acr_values: `${mfa} ${one}`,
      theme: 'dark',
    });
  });

  it.each([
    ['is repeated', `acr_values=${mfa}&acr_values=${one}`],
    ['is too long', `acr_values=${'a'.repeat(300)}`],
    ['has quotes only', 'acr_values=%22'],
    ['has another theme', 'theme=blue'],
    ['names the redirect policy, which a link may not set', 'confirm_redirect_policy=never'],
  ])('but not by a query that %s', async (_, query) => {
    const parameters = await parametersOf(app, `/logto/sign-in?${query}`);
    for (const name of ['acr_values', 'theme', 'confirm_redirect_policy'])
      expect(parameters).not.toHaveProperty(name);
  });

  it('by each call of signIn()', async () => {
    expect(await parametersOf(app, '/enter')).toMatchObject({
      acr_values: `${one} ${mfa}`,
      theme: 'dark',
      confirm_redirect_policy: 'always',
    });
  });

  it('by the options, which a link does not lower', async () => {
    const strict = await withPayout(issuer, {
      scopes: [UserScope.TrustedDevices],
      signInOptions: { acrValues: mfa, theme: 'light', confirmRedirectPolicy: 'always' },
    });
    const configured = { acr_values: mfa, theme: 'light', confirm_redirect_policy: 'always' };
    expect(await parametersOf(strict, '/logto/sign-in')).toMatchObject({
      ...configured,
      scope: expect.stringContaining('urn:logto:scope:trusted_devices'),
    });
    expect(await parametersOf(strict, `/logto/sign-in?acr_values=${one}`)).toMatchObject(configured);
    expect(await parametersOf(strict, '/logto/sign-in?acr_values=urn:other')).toMatchObject({
      acr_values: 'urn:other',
    });

    const browser = await strict.signedInBrowser(issuer);
    expect((await browser.fetch('/acr')).text).toBe(mfa);
  });
});

describe('A sign-in route of your own that passes the parameters of a link on', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await withPayout(await startIssuer(), { signInOptions: { acrValues: mfa, maxAge: 600 } });
  });

  it.each([
    ['acr_values=', { acr_values: mfa, max_age: '600' }],
    [`acr_values=${one}`, { acr_values: mfa, max_age: '600' }],
    [`acr_values=${one}%20${mfa}`, { acr_values: mfa, max_age: '600' }],
    ['max_age=86400', { acr_values: mfa, max_age: '600' }],
    ['max_age=soon', { acr_values: mfa, max_age: '600' }],
    ['max_age=-1', { acr_values: mfa, max_age: '600' }],
    ['max_age=60&acr_values=urn:other', { acr_values: 'urn:other', max_age: '60' }],
  ])('does not lower what the options require, but may raise it (%s)', async (query, sent) => {
    expect(await parametersOf(app, `/my-sign-in?${query}`)).toMatchObject(sent);
  });
});

describe('A callback without the requested authentication context', () => {
  /** Expects an error page, and that nothing has changed for the browser. */
  async function expectRefused(browser: Browser, page: Page, acr: string): Promise<void> {
    expect([page.status, page.headers.get('location')]).toEqual([403, null]);
    expect(page.text).toContain('insufficient_authentication');
    expect(page.text).toContain('Set up a second factor in your account, then start again.');
    expect(page.text).toContain('returnTo=%2Fpayout');
    expect((await browser.fetch('/acr')).text).toBe(acr);
  }

  it.each([
    ['the user has no second factor', {}, { secondFactor: false }],
    ['Logto is older than 1.46', { stepUp: false }, {}],
  ])('is rejected, and the present session stays, because %s', async (_, options, walk) => {
    const issuer = await startIssuer(options);
    const app = await withPayout(issuer);
    const browser = await app.signedInBrowser(issuer);
    const acr = (await browser.fetch('/acr')).text;

    const toLogto = await browser.open((await browser.open('/payout')).location ?? '');
    const url = toLogto.location ?? '';
    const callback = await issuer.signIn(url, { username: 'ada', cookies: browser.cookies, ...walk });
    await expectRefused(browser, await browser.open(callback.href), acr);
    expect(app.app.get(PayoutController).failures).toEqual(['insufficient_authentication']);
  });

  it('is rejected if `acr_values` was removed from the URL', async () => {
    const issuer = await startIssuer();
    const app = await withPayout(issuer);
    const browser = app.browser();
    const toLogto = await browser.open((await browser.open('/payout')).location ?? '');
    const url = new URL(toLogto.location ?? '');
    url.searchParams.delete('acr_values');
    const callback = await issuer.signIn(url, { username: 'ada', cookies: browser.cookies });
    await expectRefused(browser, await browser.open(callback.href), 'anonymous');
  });

  it.each([[one], ['urn:other'], [undefined], [null], [[mfa]]])(
    'is rejected with the `acr` %j',
    async (acr) => {
      const provider = await startHostileProvider();
      const app = await withPayout(provider);
      const browser = app.browser();
      const { location = '' } = await browser.open(`/logto/sign-in?acr_values=${mfa}`);
      provider.overrides = { claims: (original) => ({ ...original, acr }) };
      const answer = await browser.fetch(provider.callback(location));
      expect([answer.status, answer.json().code]).toEqual([403, 'insufficient_authentication']);
      expect((await browser.fetch('/acr')).text).toBe('anonymous');
    },
  );

  it('is accepted with one of several', async () => {
    const provider = await startHostileProvider();
    const app = await withPayout(provider);
    for (const acr of [one, mfa, 'urn:other']) {
      const browser = app.browser();
      const { location = '' } = await browser.open(`/logto/sign-in?acr_values=urn:other%20${one}`);
      provider.overrides = { claims: (original) => ({ ...original, acr }) };
      expect((await browser.fetch(provider.callback(location))).status).toBe(302);
    }
  });
});
