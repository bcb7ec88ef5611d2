import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from '../support/app/app.js';
import type { Page } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { expectSignInWorks } from '../support/app/expect-sign-in-works.js';
import { resource } from '../support/logto/issuer.js';
import { logoutTokenClaims } from '../support/logto/logout-token-claims.js';
import { PagesController } from '../support/requests/pages.js';
import { sendLogoutToken } from '../support/logto/send-logout-token.js';
import { tokenOptions } from '../support/app/token-app.js';
import { TokensController } from '../support/controllers/tokens.controller.js';
import { call } from '../guard/support/api.js';
import { RealTokens, startAccessIssuer } from '../guard/support/real-tokens.js';
import { ThingsController } from '../guard/support/things.controller.js';

describe('Signing keys that are rotated several times within ten seconds', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;

  beforeEach(async () => {
    issuer = await startAccessIssuer();
    app = await startApp({
      issuer,
      controllers: [PagesController, TokensController, ThingsController],
      logto: { ...tokenOptions, api: { audience: resource } },
    });
  });

  afterEach(() => restoreTime());

  const rotations = ['RS256', 'ES256', 'ES512', 'ES384', 'RS256'] as const;

  it.each([true, false])('do not affect sign-ins (with the previous key kept: %s)', async (keepPrevious) => {
    await app.browser().signIn(issuer);
    for (const algorithm of rotations) {
      await issuer.rotateSigningKeys({ algorithm, keepPrevious });
      await expectSignInWorks(app, issuer);
    }
  });

  it('do not affect a refresh', async () => {
    const browser = await app.signedInBrowser(issuer);
    for (const algorithm of rotations) {
      await issuer.rotateSigningKeys({ algorithm });
      expect((await browser.fetch('/refresh')).json()).toMatchObject({ claims: { sub: 'ada' } });
    }
  });

  it('do not affect an API with bearer tokens', async () => {
    const tokens = await RealTokens.from(issuer);
    for (const algorithm of rotations) {
      await issuer.rotateSigningKeys({ algorithm });
      tokens.forgetSessions();
      expect((await call(app, '/things', await tokens.ofUser('ada', { resource }))).status).toBe(200);
    }
  });

  it('are fetched once or twice for parallel callbacks', async () => {
    await app.browser().signIn(issuer);
    await issuer.rotateSigningKeys({ algorithm: 'RS256' });
    const browsers = Array.from({ length: 15 }, () => app.browser());
    const callbacks = await Promise.all(browsers.map((browser) => browser.authorize(issuer)));
    issuer.resetRequests();

    const pages = await Promise.all(
      callbacks.map(
        (callback, index) => browsers[index]?.open(callback) ?? Promise.reject(new Error('none')),
      ),
    );
    expect(pages.map(({ status }) => status)).toEqual(callbacks.map(() => 302));
    expect(issuer.countRequests('discovery')).toBeLessThanOrEqual(2);
  });

  describe('while an attacker sends forged tokens', () => {
    let serial = 0;
    let forge: (claims: Record<string, unknown>, typ: string) => Promise<string>;

    beforeEach(async () => {
      const { privateKey } = await generateKeyPair('ES384');
      forge = (claims, typ) =>
        new SignJWT({ iss: issuer.issuer, sub: 'ada', ...claims })
          .setProtectedHeader({ alg: 'ES384', typ, kid: `forged-${(serial += 1)}` })
          .setIssuedAt()
          .setExpirationTime('1h')
          .sign(privateKey);
    });

    const asBearer = async (): Promise<Page> =>
      call(app, '/things', await forge({ aud: resource, client_id: 'app' }, 'at+jwt'));

    const asLogout = async (): Promise<Page> =>
      sendLogoutToken(app, await forge(logoutTokenClaims(issuer.issuer), 'logout+jwt'));

    it.each([
      ['bearer', () => asBearer(), 401],
      ['logout', () => asLogout(), 400],
    ])(
      'do not affect sign-ins, and the forged %s tokens do not cause a fetch each',
      async (_, send, status) => {
        await app.browser().signIn(issuer);
        await send();
        issuer.resetRequests();
        for (let burst = 0; burst < 3; burst += 1) {
          const answers = await Promise.all(Array.from({ length: 20 }, send));
          expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]));
        }
        expect([issuer.countRequests('discovery'), issuer.countRequests('jwks')]).toEqual([0, 0]);

        for (const algorithm of rotations) {
          await issuer.rotateSigningKeys({ algorithm });
          await send();
          expect((await app.browser().signIn(issuer)).status).toBe(302);
          await send();
        }
        passTime(11);
        issuer.resetRequests();
        await Promise.all(Array.from({ length: 20 }, send));
        expect(issuer.countRequests('discovery')).toBe(1);
      },
    );

    it('are accepted once Logto is back, if it was down when the first token arrived', async () => {
      const tokens = await RealTokens.from(issuer);
      const before = await tokens.ofUser('ada', { resource });
      expect((await call(app, '/things', before)).status).toBe(200);
      await issuer.rotateSigningKeys({ algorithm: 'RS256' });
      tokens.forgetSessions();
      const after = await tokens.ofUser('bob', { resource });
      await issuer.pause();

      for (let attempt = 0; attempt < 3; attempt += 1) {
        const answer = await call(app, '/things', after);
        expect([answer.status, answer.json().code]).toEqual([503, 'provider_unavailable']);
      }
      expect((await call(app, '/things', before)).status).toBe(200);
      await issuer.resume();
      passTime(11);
      expect((await call(app, '/things', after)).status).toBe(200);
    });
  });
});
