import { afterAll, describe, expect, it } from '@jest/globals';
import { startLogtoEmulator } from 'nestjs-logto/emulator';

import { Browser } from './support/browser.js';
import type { Parameters } from './support/client.js';
import { webClient } from './support/web-client.js';

const emulator = await startLogtoEmulator({
  port: 0,
  users: [{ username: 'ada', password: 'lovelace' }],
  applications: [
    { id: 'web', secret: 'a-secret' },
    { id: 'stats', secret: 'a-secret', isThirdParty: true },
  ],
});
const web = webClient(emulator);
const thirdParty = webClient(emulator, 'stats', 'http://localhost:4000/callback');
afterAll(() => emulator.close());

const authorize = (parameters: Parameters = {}) => web.authorizationUrl({ scope: 'openid', ...parameters });

describe('The buttons of a page', () => {
  const typesOn = (body: string) => {
    const buttons = [...body.matchAll(/<button\b([^>]*)>/g)];
    return buttons.map(([, attributes = '']) => / type="(\w+)"/.exec(attributes)?.[1]);
  };

  it.each<[string, number, Parameters]>([
    ['sign in', 2, {}],
    ['sign up', 1, { first_screen: 'register' }],
    ['reset the password', 1, { first_screen: 'reset_password' }],
    ['return from a social account', 2, { direct_sign_in: 'social:github' }],
  ])('match `button[type="submit"]`: %s', async (_, count, parameters) => {
    const browser = new Browser();
    await browser.open(authorize(parameters));
    expect(typesOn(browser.body)).toEqual(Array.from({ length: count }, () => 'submit'));
  });

  it('match `button[type="submit"]`: consent, and sign out', async () => {
    const browser = new Browser();
    await browser.open(thirdParty.authorizationUrl({ prompt: 'consent', scope: 'openid' }));
    await browser.post({ user: emulator.getUser('ada').id });
    expect(typesOn(browser.body)).toEqual(['submit', 'submit']);
    await browser.open(`${emulator.issuer}/session/end`);
    expect(typesOn(browser.body)).toEqual(['submit']);
  });
});

describe('Outside of a sign-in', () => {
  it('the endpoint shows what the emulator is', async () => {
    const response = await fetch(emulator.endpoint);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(emulator.issuer);
  });

  it('a sign-in page without a sign-in says how to continue', async () => {
    const response = await fetch(`${emulator.endpoint}/sign-in`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Go back to the application and start again');
  });

  it('an unknown page is a 404', async () => {
    expect((await fetch(`${emulator.endpoint}/account`)).status).toBe(404);
  });

  it('a wrong authorization request shows a page with the remedy to browsers, and JSON to programs', async () => {
    const registered = { id: 'strict', secret: 's', redirectUris: ['https://app.test/'] };
    emulator.setApplication(registered);
    const url = authorize({ client_id: 'strict' });
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(400);
    const text = await page.text();
    expect(text).toContain('<p>Add to the emulator&#39;s options:</p>');
    expect(text).toContain('redirectUris: [&#39;http://localhost:3000/callback&#39;]');
    expect((await fetch(url)).headers.get('content-type')).toContain('application/json');
  });

  it.each([
    ['de', 'In den Optionen des Emulators zu ergänzen:'],
    ['es', 'Añada a las opciones del emulador:'],
    ['fr', 'À ajouter aux options de l’émulateur :'],
  ])('that page is in the language of the request: %s', async (language, lead) => {
    const url = authorize({ client_id: 'nobody', ui_locales: language });
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain(lead);
  });

  it('a signIn() that ends on an error page quotes its text', async () => {
    emulator.setApplication({ id: 'strict', secret: 's', redirectUris: ['https://app.test/'] });
    await expect(
      emulator.signIn(authorize({ client_id: 'strict' }), { username: 'ada' }),
    ).rejects.toMatchObject({
      code: 'interaction_failed',
      message: expect.stringContaining(
        "Add to the emulator's options: applications: [{ id: 'strict', …, " +
          "redirectUris: ['http://localhost:3000/callback'] }]",
      ),
    });
  });
});
