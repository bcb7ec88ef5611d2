import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { AuthUser, LogtoApiGuard, LogtoContext, RequireScopes } from 'nestjs-logto';
import { logtoSwaggerOptions, withLogtoSecurity } from 'nestjs-logto/swagger';
import type { Browser, Page } from 'playwright-core';
import { type TestApp } from '../support/app/app.js';
import { freePort } from '../support/app/free-port.js';
import { application, startIssuer } from '../support/logto/issuer.js';
import { closeLater } from '../support/runner/leftovers.js';
import { startApi } from '../guard/support/api.js';
import { launchChromium } from './support/chromium.js';
import { BrowserProfile } from './support/browser-profile.js';

@Controller('things')
class ThingsController {
  @Get()
  @RequireScopes('read:things')
  find(@AuthUser() { claims, scopes }: LogtoContext): unknown {
    return { found: claims?.sub, scopes };
  }
}

const clientId = 'swagger-ui';

describe('Swagger UI with logtoSwaggerOptions()', () => {
  let browser: Browser;
  let api: TestApp;
  let profile: BrowserProfile;
  let page: Page;

  beforeAll(async () => {
    browser = closeLater(await launchChromium());
    const port = await freePort();
    const url = `http://localhost:${port}/docs`;
    const issuer = await startIssuer({
      applications: [
        { ...application },
        {
          id: clientId,
          type: 'SPA',
          redirectUris: [`${url}/oauth2-redirect.html`],
          corsAllowedOrigins: [new URL(url).origin],
        },
      ],
    });
    api = await startApi({
      issuer,
      port,
      controllers: [ThingsController],
      providers: [{ provide: APP_GUARD, useClass: LogtoApiGuard }],
      configure: (nest) => {
        const document = SwaggerModule.createDocument(nest, new DocumentBuilder().build());
        SwaggerModule.setup(
          'docs',
          nest,
          withLogtoSecurity(nest, document),
          logtoSwaggerOptions(nest, { clientId, url }),
        );
      },
    });
    profile = await BrowserProfile.create(browser, { baseURL: api.baseUrl });
    page = await profile.newTab();
  });

  afterEach(() => profile.close());

  it('signs in with PKCE, and calls the API with an access token for it', async () => {
    await page.goto('/docs');
    await page.getByRole('button', { name: 'Authorize', exact: true }).click();
    await page.getByText('OpenID Connect URL').first().waitFor();
    const signIn = page.locator('.auth-container', { hasText: 'OpenID Connect URL' });
    expect(await signIn.locator('.flow').allInnerTexts()).toEqual(['Flow: authorization_code with PKCE']);
    const popup = page.waitForEvent('popup');
    await signIn.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
    await profile.signIn(await popup, 'ada', 'ada-password');
    await signIn.getByText('Authorized').waitFor();
    await signIn.getByRole('button', { name: 'Close' }).click();

    await page.getByRole('button', { name: /GET.*things/ }).click();
    await page.getByRole('button', { name: 'Try it out' }).click();
    const answer = page.waitForResponse('**/things');
    await page.getByRole('button', { name: 'Execute' }).click();

    expect(await (await answer).json()).toEqual({ found: 'ada', scopes: ['read:things'] });
  });
});
