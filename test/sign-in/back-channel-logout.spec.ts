import { afterEach, describe, expect, it } from '@jest/globals';
import { session, startApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { endSessionAtLogto } from '../support/logto/end-session-at-logto.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { postForm } from '../support/requests/post-form.js';
import { registerBackChannelLogout } from '../support/logto/register-back-channel-logout.js';
import { RenewalController } from '../support/controllers/renewal.controller.js';

const controllers = [PagesController, RenewalController];
const issuer = await startIssuer();
const app = await startApp({ issuer, controllers });

describe('Back-channel logout', () => {
  afterEach(() => issuer.resetRequests());

  async function signedIn(username = 'ada'): Promise<Browser> {
    const browser = await app.signedInBrowser(issuer, username);
    expect((await browser.open('/protected')).text).toBe(`hello ${username}`);
    return browser;
  }

  it('ends the session that the logout token names, and no other session of the user', async () => {
    registerBackChannelLogout(issuer, app);
    const laptop = await signedIn();
    const phone = await signedIn();

    await endSessionAtLogto(issuer, app, laptop);

    expect((await laptop.open('/protected')).status).toBe(302);
    expect((await phone.open('/protected')).text).toBe('hello ada');
  });

  it('ends every session of the user when the token names only the user', async () => {
    registerBackChannelLogout(issuer, app, { sessionRequired: false });
    const laptop = await signedIn();
    const phone = await signedIn();
    const bystander = await signedIn('bob');

    await endSessionAtLogto(issuer, app, laptop);

    expect((await laptop.open('/protected')).status).toBe(302);
    expect((await phone.open('/protected')).status).toBe(302);
    expect((await bystander.open('/protected')).text).toBe('hello bob');
  });

  it.each([
    ['the session at Logto', true],
    ['the user', false],
  ])(
    'ends a session that the app has given another id, on every instance, by a token that names %s',
    async (_, sessionRequired) => {
      const store = new MemorySessionStore();
      const shared = { issuer, controllers, logto: { session: { ...session, store } } };
      const instance = await startApp(shared);
      const other = await startApp({ ...shared, instanceOf: instance });
      // The token reaches the instance that has not seen the new id.
      registerBackChannelLogout(issuer, instance, { sessionRequired });
      const browser = await instance.signedInBrowser(issuer);
      expect((await browser.open(`${other.baseUrl}/renew`)).text).toBe('renewed');
      expect((await browser.open(`${other.baseUrl}/protected`)).text).toBe('hello ada');

      await endSessionAtLogto(issuer, app, browser);

      expect((await browser.open(`${other.baseUrl}/protected`)).status).toBe(302);
    },
  );

  it('lets the user sign in again', async () => {
    registerBackChannelLogout(issuer, app);
    const browser = await signedIn();
    await endSessionAtLogto(issuer, app, browser);

    await browser.signIn(issuer);

    expect((await browser.open('/protected')).text).toBe('hello ada');
  });

  it('accepts the token that Logto sends because this app has signed the user out', async () => {
    registerBackChannelLogout(issuer, app);
    const browser = await signedIn();
    const { location } = await browser.open('/logto/sign-out');

    expect(await issuer.signOut(location ?? '', { cookies: browser.cookies })).toEqual(new URL(app.baseUrl));
    expect((await browser.open('/protected')).status).toBe(302);
  });

  it.each([
    ['no token', ''],
    ['another parameter', 'other=1'],
    ['a malformed token', 'logout_token=abc'],
    ['two tokens', 'logout_token=a&logout_token=b'],
  ])('answers 400 to %s, and forbids caching', async (_, body) => {
    const answer = await postForm(app, '/logto/back-channel-logout', body);

    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'logout_token_invalid' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});
