import { describe, expect, it } from '@jest/globals';
import { startApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { passTime } from '../support/runner/clock.js';
import { PagesController } from '../support/requests/pages.js';

const issuer = await startIssuer();
const app = await startApp({ issuer, controllers: [PagesController] });

describe('The token endpoint', () => {
  it('receives only parameters of the protocol', async () => {
    const browser = await app.signedInBrowser(issuer);
    passTime(3601);
    await browser.fetch('/protected');

    expect(issuer.requests('token').map(({ body }) => Object.keys(body).toSorted())).toEqual([
      ['code', 'code_verifier', 'grant_type', 'redirect_uri'],
      ['grant_type', 'refresh_token'],
    ]);
  });
});
