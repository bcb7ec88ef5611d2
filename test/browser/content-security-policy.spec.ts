import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Header, Post, UseGuards } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { AuthUser, IdTokenClaims, LogtoGuard } from 'nestjs-logto';
import type { Browser, Page } from 'playwright-core';
import { asInMain, startApp, type TestApp } from '../support/app/app.js';
import { freePort } from '../support/app/free-port.js';
import { application, startIssuer } from '../support/logto/issuer.js';
import { launchChromium } from './support/chromium.js';
import { BrowserProfile } from './support/browser-profile.js';
import { closeLater } from '../support/runner/leftovers.js';

const html = (body: string): string =>
  `<!doctype html><html lang="en"><title>Shop</title><main>${body}</main></html>`;

@Controller()
class ShopController {
  @Get()
  @Header('content-type', 'text/html')
  home(@AuthUser('claims') claims?: IdTokenClaims): string {
    return html(`<h1>Hello ${claims?.sub}</h1>`);
  }

  @Get('account')
  @UseGuards(LogtoGuard)
  @Header('content-type', 'text/html')
  account(): string {
    return html(`<h1>Account</h1>
      <form method="post" action="/logto/sign-out"><button>Sign out</button></form>
      <form method="post" action="/order"><button>Order</button></form>`);
  }

  @Post('order')
  @UseGuards(LogtoGuard)
  order(): string {
    return 'ordered';
  }

  @Get('bye')
  @Header('content-type', 'text/html')
  bye(): string {
    return html('<h1>Bye</h1>');
  }
}

/** How apps set a policy with `form-action 'self'`. */
const policies: [what: string, configure: (app: NestExpressApplication) => unknown][] = [
  ["helmet's defaults", (app) => app.use(helmet())],
  ["Nest's useSecurityHeaders()", (app) => app.useSecurityHeaders()],
  [
    "Nest's useSecurityHeaders() and enableCsrfProtection()",
    (app) => app.useSecurityHeaders().enableCsrfProtection(),
  ],
];

describe.each(policies)('Under the Content-Security-Policy of %s', (_, configure) => {
  let browser: Browser;
  let app: TestApp;
  let profile: BrowserProfile;
  let page: Page;

  beforeAll(async () => {
    browser = closeLater(await launchChromium());
    const issuer = await startIssuer();
    const port = await freePort();
    app = await startApp({
      issuer,
      controllers: [ShopController],
      port,
      create: asInMain,
      logto: { postSignOutRedirectUri: `http://localhost:${port}/bye` },
      configure,
    });
    issuer.setApplication({
      ...application,
      backchannelLogoutUri: `${app.baseUrl}/logto/back-channel-logout`,
      backchannelLogoutSessionRequired: true,
    });
  });

  // The app has no icon.
  afterEach(() => profile.close(404));

  async function signIn(javaScriptEnabled = true): Promise<void> {
    profile = await BrowserProfile.create(browser, { baseURL: app.baseUrl, javaScriptEnabled });
    page = await profile.newTab();
    await page.goto('/account');
    await profile.signIn(page, 'ada', 'ada-password');
    await page.waitForURL('**/account');
  }

  /** Whether Logto asks for a password, which it does not do during a session. */
  async function isAskedToSignIn(): Promise<boolean> {
    await page.goto('/account');
    return (await page.getByLabel('Password', { exact: true }).count()) === 1;
  }

  it.each([
    ['with scripts', true],
    ['without scripts', false],
  ])('a sign-out button ends the sessions of the app and of Logto, %s', async (__, javaScriptEnabled) => {
    await signIn(javaScriptEnabled);

    await page.getByRole('button', { name: 'Sign out' }).click();
    // Without scripts the page of Logto needs a click.
    if (!javaScriptEnabled) await page.locator('#sign-out').click();
    await page.waitForURL('**/bye');

    await expect(page.getByRole('heading').textContent()).resolves.toBe('Bye');
    expect(await isAskedToSignIn()).toBe(true);
  });

  it('a form that is posted after the session has ended redirects to sign-in, and back to the app', async () => {
    await signIn();
    await profile.clearCookies(/^logto\.sid\./);

    await page.getByRole('button', { name: 'Order' }).click();

    // The home page, since `Referrer-Policy: no-referrer` hides the page of the form.
    await page.waitForURL(`${app.baseUrl}/`);
    await expect(page.getByRole('heading').textContent()).resolves.toBe('Hello ada');
  });
});
