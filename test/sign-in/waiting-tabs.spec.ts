import { afterEach, describe, expect, it } from '@jest/globals';
import { startApp } from '../support/app/app.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';

/** What a browser sends when it restores a tab: no user has clicked. */
const restored = { 'sec-fetch-user': '', 'user-agent': 'a browser', 'accept-language': 'en' };

const issuer = await startIssuer();
const app = await startApp({ issuer, controllers: [PagesController] });

describe('A tab that starts a sign-in', () => {
  afterEach(() => restoreTime());

  it('waits while another tab is signing in, and then opens its own page', async () => {
    const browser = app.browser();
    const callback = await browser.authorize(issuer, 'ada', '/logto/sign-in?returnTo=/user');

    const waiting = await browser.open('/logto/sign-in?returnTo=/protected', restored);
    expect([waiting.status, waiting.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(waiting.text).toContain('Another tab of this browser is signing in');
    const [, again = ''] = /url=([^"]+)/.exec(waiting.text) ?? [];
    await browser.open(callback);

    const page = await browser.open(`/logto/sign-in${again.replaceAll('&amp;', '&')}`, restored);
    expect(page.headers.get('location')).toBe('/protected');
  });

  it('starts its own sign-in when the other one takes longer than a few seconds', async () => {
    const browser = app.browser();
    await browser.open('/logto/sign-in?returnTo=/user');
    passTime(6);

    const { location } = await browser.open('/logto/sign-in?returnTo=/protected', restored);
    expect(location).toContain(`${issuer.endpoint}/oidc/auth`);
  });

  it('starts its own sign-in immediately when the user clicks the same link twice', async () => {
    const browser = app.browser();
    await browser.open('/logto/sign-in?returnTo=/user');

    const { location } = await browser.open('/logto/sign-in?returnTo=/user');
    expect(location).toContain(`${issuer.endpoint}/oidc/auth`);
  });

  it.each(['prompt=login', 'max_age=0', 'organization_id=org_1', 'first_screen=register'])(
    'does not use the sign-in of another tab when it asks for %s',
    async (parameter) => {
      const browser = await app.signedInBrowser(issuer);

      const since = Date.now() - 1000;
      const path = `/logto/sign-in?waited=${since}&${parameter}&returnTo=/protected`;
      expect((await browser.open(path, restored)).location).toContain(`${issuer.endpoint}/oidc/auth`);
    },
  );

  it.each(['1', 'x', String(Date.now() + 86_400_000)])(
    'does not skip the sign-in by a link with waited=%s',
    async (since) => {
      const browser = await app.signedInBrowser(issuer);

      const path = `/logto/sign-in?waited=${since}&returnTo=/protected`;
      expect((await browser.open(path)).location).toContain(`${issuer.endpoint}/oidc/auth`);
    },
  );

  it('is redirected once when it starts at the same moment as another, so that the browser sends the other’s cookie', async () => {
    const browser = app.browser();
    const [first, second] = await Promise.all([
      browser.open('/logto/sign-in?returnTo=/user', restored),
      browser.open('/logto/sign-in?returnTo=/protected', restored),
    ]);

    const [started, sent] = first.location?.startsWith(app.baseUrl) ? [second, first] : [first, second];
    expect(started?.location).toContain(`${issuer.endpoint}/oidc/auth`);
    expect(sent?.location).toContain('waited=');
    expect((await browser.open(sent?.location ?? '', restored)).text).toContain(
      'Another tab of this browser',
    );
  });
});
