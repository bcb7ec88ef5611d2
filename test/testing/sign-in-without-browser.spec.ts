import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Res, type Type } from '@nestjs/common';
import type { Response } from 'express';
import { LogtoModule, type LogtoModuleExtras, type LogtoModuleOptions } from 'nestjs-logto';
import { LogtoTestingModule, signInWithoutBrowser } from 'nestjs-logto/testing';
import { application, resource, startIssuer } from '../support/logto/issuer.js';
import { shop, startUnderTest, type ShopUnderTest } from './support/shop-under-test.js';

const emulator = await startIssuer();

describe('signInWithoutBrowser against the emulator', () => {
  function shopAt(
    baseUrl: string,
    options: Partial<LogtoModuleOptions & LogtoModuleExtras> = {},
    imports: Type[] = [],
  ): Promise<ShopUnderTest> {
    const logto = LogtoModule.forRoot({
      endpoint: emulator.endpoint,
      appId: application.id,
      appSecret: application.secret,
      baseUrl,
      session: { secret: 'the-session-secret-of-the-shop' },
      scopes: ['email', 'roles', 'read:things'],
      resources: [resource],
      ...options,
    });
    return startUnderTest(shop([logto, ...imports]));
  }

  it('signs a user in to an app that does not listen, and returns a client of that user', async () => {
    const { app } = await shopAt('http://localhost:3000');

    const ada = await signInWithoutBrowser(app, emulator, 'ada');

    const response = await ada.fetch('/whoami');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      isAuthenticated: true,
      claims: { sub: 'ada', email: 'ada@example.com', roles: ['admin'] },
    });
    const token = await ada.fetch('/access-token');
    expect(await token.json()).toMatchObject({ scopes: ['read:things'] });
  });

  it('returns headers for supertest', async () => {
    const { app, http } = await shopAt('http://localhost:3000');

    const { headers } = await signInWithoutBrowser(app, emulator, {
      username: 'ada',
      password: 'ada-password',
    });

    await http().get('/account').set(headers).expect(200, { sub: 'ada' });
    await http().get('/account').expect(401);
  });

  it('keeps users apart, each with their own cookies', async () => {
    const { app } = await shopAt('http://localhost:3000');

    const [ada, bob] = await Promise.all([
      signInWithoutBrowser(app, emulator, 'ada'),
      signInWithoutBrowser(app, emulator, 'bob'),
    ]);

    expect(await (await ada.fetch('/account')).json()).toEqual({ sub: 'ada' });
    expect(await (await bob.fetch('/account')).json()).toEqual({ sub: 'bob' });
  });

  it('sends requests like fetch, without following redirects', async () => {
    const { app } = await shopAt('http://localhost:3000');
    const ada = await signInWithoutBrowser(app, emulator, 'ada');

    const added = await ada.fetch('/cart', { method: 'POST', body: new URLSearchParams({ item: 'a book' }) });
    expect(added.status).toBe(201);
    expect(await (await ada.fetch('/cart')).json()).toEqual({ cart: 'a book' });
    const echoed = await ada.fetch('/echo', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ item: 'ä book' }),
    });
    expect(await echoed.json()).toEqual({ item: 'ä book' });
    expect((await ada.fetch('/nothing')).status).toBe(204);
    const signOut = await ada.fetch('/logto/sign-out');
    expect(signOut.status).toBe(302);
    expect(signOut.headers.get('location')).toContain(`${emulator.issuer}/session/end?`);
    expect((await ada.fetch('/account')).status).toBe(401);
  });

  it('can sign out at the emulator too', async () => {
    const { app } = await shopAt('http://localhost:3000');
    const ada = await signInWithoutBrowser(app, emulator, 'ada');

    const { headers } = await ada.fetch('/logto/sign-out');
    const end = await emulator.signOut(headers.get('location') ?? '', { cookies: ada.cookies });

    expect(end.href).toBe('http://localhost:3000/');
  });

  it('uses the address and the path that browsers use for the app', async () => {
    emulator.setApplication({
      ...application,
      redirectUris: ['https://shop.example.com/en/auth/sign-in-callback'],
    });
    const { app, http } = await shopAt('https://shop.example.com/en', { authRoutesPrefix: 'auth' });

    const ada = await signInWithoutBrowser(app, emulator, 'ada').finally(() =>
      emulator.setApplication({ ...application }),
    );

    expect(await (await ada.fetch('/en/account')).json()).toEqual({ sub: 'ada' });
    await http().get('/account').set(ada.headers).expect(200, { sub: 'ada' });
  });

  it('can start at a page that redirects to sign-in', async () => {
    const { app } = await shopAt('http://localhost:3000');

    const ada = await signInWithoutBrowser(app, emulator, 'ada', { path: '/account' });

    expect((await ada.fetch('/account')).status).toBe(200);
  });

  it('fails with the step that a sign-in failed at', async () => {
    const { app } = await shopAt('http://localhost:3000');

    await expect(signInWithoutBrowser(app, emulator, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
    await expect(
      signInWithoutBrowser(app, emulator, { username: 'ada', password: 'wrong' }),
    ).rejects.toMatchObject({ code: 'interaction_failed' });
    await expect(signInWithoutBrowser(app, emulator, 'ada', { path: '/whoami' })).rejects.toMatchObject({
      code: 'sign_in_failed',
      message: '/whoami shows a page instead of redirecting to the sign-in.',
    });
    emulator.failNext('token', { status: 500 });
    await expect(signInWithoutBrowser(app, emulator, 'ada')).rejects.toMatchObject({
      code: 'sign_in_failed',
      message: expect.stringMatching(
        /^\/logto\/sign-in-callback responded with 503: .*provider_unavailable$/,
      ),
    });
  });

  it('quotes the page that a sign-in failed at as plain text, shortened', async () => {
    @Controller()
    class ClosedController {
      @Get('closed')
      closed(@Res() response: Response): void {
        const words = 'word '.repeat(100);
        response
          .status(403)
          .send(`<title>Shop</title><h1>Ada&#39;s &quot;A &amp; B&quot; is &lt;closed&gt;</h1><p>${words}`);
      }
    }
    @Module({ controllers: [ClosedController] })
    class ClosedModule {}
    const { app } = await shopAt('http://localhost:3000', {}, [ClosedModule]);

    await expect(signInWithoutBrowser(app, emulator, 'ada', { path: '/closed' })).rejects.toThrow(
      /^\/closed responded with 403: Ada's "A & B" is <closed> (?:word ){50,}…$/,
    );
  });

  it('fails for an app that uses LogtoTestingModule', async () => {
    const { app } = await startUnderTest(shop([LogtoTestingModule.forRoot()]));

    await expect(signInWithoutBrowser(app, emulator, 'ada')).rejects.toThrow(
      'use neither LogtoTestingModule nor useLogtoTesting',
    );
  });
});
