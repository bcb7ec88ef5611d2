import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from '../support/app.js';
import { startIssuer } from '../support/issuer.js';
import { passTime, restoreTime } from '../support/clock.js';
import { PagesController } from '../support/pages.js';

describe('What the token endpoint is sent', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;

  beforeAll(async () => {
    issuer = await startIssuer();
    app = await startApp({ issuer, controllers: [PagesController] });
  });
  afterAll(async () => {
    restoreTime();
    await app.close();
    await issuer.close();
  });

  it("is what the protocol knows, and nothing of the module's own", async () => {
    const browser = app.browser();
    await browser.signIn(issuer);
    passTime(3601);
    await browser.fetch('/protected');

    expect(issuer.requests('token').map(({ body }) => Object.keys(body).toSorted())).toEqual([
      ['code', 'code_verifier', 'grant_type', 'redirect_uri'],
      ['grant_type', 'refresh_token'],
    ]);
  });
});
