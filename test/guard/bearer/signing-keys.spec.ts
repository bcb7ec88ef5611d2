import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { call, refusalOf, startApi } from '../support/api.js';
import { RealTokens, startAccessIssuer } from '../support/real-tokens.js';
import { ThingsController } from '../support/things.controller.js';
import type { TestApp } from '../../support/app/app.js';
import type { Page } from '../../support/requests/browser.js';
import { OtherServer } from '../../support/requests/other-server.js';
import { passTime, restoreTime } from '../../support/runner/clock.js';
import { resource } from '../../support/logto/issuer.js';
import { closeLater } from '../../support/runner/leftovers.js';

describe('The keys that verify bearer tokens', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  let api: TestApp;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = closeLater(await RealTokens.from(issuer));
  });

  beforeEach(async () => {
    api = await start();
    issuer.resetRequests();
  });

  afterEach(async () => {
    restoreTime();
    issuer.clearFaults();
    await issuer.resume();
  });

  const start = async (parts: Partial<Parameters<typeof startApi>[0]> = {}): Promise<TestApp> =>
    await startApi({ issuer, controllers: [ThingsController], ...parts });

  it('are fetched once for any number of tokens', async () => {
    const all = [await tokens.ofUser('ada', { resource }), await tokens.ofUser('bob', { resource })];
    issuer.resetRequests();
    await Promise.all([...all, ...all, ...all].map((token) => call(api, '/things', token)));

    expect([issuer.countRequests('discovery'), issuer.countRequests('jwks')]).toEqual([1, 1]);
  });

  it('are not fetched for each of many unknown key ids', async () => {
    const token = await tokens.ofUser('ada', { resource });
    const { privateKey } = await generateKeyPair('ES384');
    const forge = (kid: string): Promise<string> =>
      new SignJWT({ iss: issuer.issuer, aud: resource, sub: 'ada', client_id: 'app' })
        .setProtectedHeader({ alg: 'ES384', typ: 'at+jwt', kid })
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey);
    const forgeries = await Promise.all(Array.from({ length: 50 }, (_, index) => forge(`unknown-${index}`)));
    issuer.resetRequests();

    const answers = await Promise.all(forgeries.map((forgery) => call(api, '/things', forgery)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    // Once for the first token, and once more because its key was not found.
    expect(issuer.countRequests('jwks')).toBeLessThanOrEqual(2);
    expect(issuer.countRequests('discovery')).toBeLessThanOrEqual(2);

    passTime(5);
    await Promise.all(forgeries.map((forgery) => call(api, '/things', forgery)));
    expect(issuer.countRequests('jwks')).toBeLessThanOrEqual(2);
    expect((await call(api, '/things', token)).status).toBe(200);
  });

  it('can be rotated, also to another algorithm and back', async () => {
    const first = await tokens.ofUser('ada', { resource });
    expect((await call(api, '/things', first)).status).toBe(200);

    for (const algorithm of ['RS256', 'ES384'] as const) {
      passTime(60);
      await issuer.rotateSigningKeys({ algorithm });
      tokens.forgetSessions();
      const next = await tokens.ofUser('ada', { resource });
      expect((await call(api, '/things', next)).status).toBe(200);
      expect((await call(api, '/things', first)).status).toBe(200);
    }
  });

  it('are missing until Logto can be reached: 503, and no restart is needed', async () => {
    const token = await tokens.ofUser('ada', { resource });
    await issuer.pause();
    const down = await call(api, '/things', token);
    expect(refusalOf(down)).toEqual({ status: 503, code: 'provider_unavailable', challenge: null });
    expect(down.headers.get('retry-after')).toBe('5');
    expect((await call(api, '/open')).status).toBe(200);

    await issuer.resume();
    expect((await call(api, '/things', token)).status).toBe(200);
  });

  it.each([
    ['fails', { status: 500 }],
    ['breaks', { destroy: true }],
    ['answers HTML', { status: 200, body: '<!doctype html>', contentType: 'text/html' }],
    ['answers with an invalid key set', { status: 200, body: { keys: 'none' } }],
  ])('cannot be fetched while their endpoint %s: 503', async (_, fault) => {
    const token = await tokens.ofUser('ada', { resource });
    issuer.failNext('jwks', fault);

    expect(refusalOf(await call(api, '/things', token))).toMatchObject({ status: 503 });
    expect((await call(api, '/things', token)).status).toBe(200);
  });

  it('cannot be fetched while their endpoint hangs: 503 after the timeout', async () => {
    const impatient = await start({ logto: { http: { timeout: 2500 } } });
    const token = await tokens.ofUser('ada', { resource });
    issuer.failNext('jwks', { delay: Number.POSITIVE_INFINITY });

    expect(refusalOf(await call(impatient, '/things', token))).toMatchObject({
      status: 503,
      code: 'provider_timeout',
    });
    expect((await call(impatient, '/things', token)).status).toBe(200);
  });

  it('are not fetched from where their endpoint redirects to', async () => {
    const token = await tokens.ofUser('ada', { resource });
    const otherServer = await OtherServer.start();
    issuer.failNext('jwks', { status: 302, headers: { location: otherServer.origin } });

    expect(refusalOf(await call(api, '/things', token))).toMatchObject({ status: 503 });
    expect(otherServer.requests).toEqual([]);
    expect((await call(api, '/things', token)).status).toBe(200);
    await otherServer.close();
  });

  it('still verify tokens while Logto is down', async () => {
    expect((await call(api, '/things', await tokens.ofUser('ada', { resource }))).status).toBe(200);
    const another = await tokens.ofUser('bob', { resource });
    await issuer.pause();
    passTime(30 * 60);

    expect((await call(api, '/things', another)).status).toBe(200);
  });

  it('are refetched once for all requests that find them outdated, and not immediately again after a failure', async () => {
    const uncached = await start({ api: { audience: resource, cache: false } });
    const token = await tokens.ofUser('ada', { resource });
    const ask = (): Promise<Page> => call(uncached, '/things', token);
    await ask();
    passTime(11 * 60);
    issuer.resetRequests();
    await Promise.all(Array.from({ length: 20 }, ask));
    expect(issuer.countRequests('jwks')).toBe(1);

    passTime(11 * 60);
    issuer.resetRequests();
    issuer.failNext('jwks', { times: 50, status: 500 });
    for (let request = 0; request < 5; request += 1) expect((await ask()).status).toBe(200);
    expect(issuer.countRequests('jwks')).toBe(1);
  });

  it('delay only one request when they are outdated while their endpoint hangs', async () => {
    const timeout = 3000;
    const uncached = await start({
      api: { audience: resource, cache: false },
      logto: { http: { timeout } },
    });
    const token = await tokens.ofUser('ada', { resource });
    /** How long a request took, in milliseconds. */
    const took = async (): Promise<number> => {
      const began = performance.now();
      expect((await call(uncached, '/things', token)).status).toBe(200);
      return performance.now() - began;
    };
    await took();
    issuer.failNext('jwks', { times: 100, delay: Number.POSITIVE_INFINITY });

    passTime(11 * 60);
    expect(await took()).toBeGreaterThan(timeout - 100);
    expect(await took()).toBeLessThan(timeout / 2);
    passTime(31);
    expect(await took()).toBeLessThan(timeout - 500);
    expect(await took()).toBeLessThan(timeout / 2);
  });

  it('are refetched from time to time, so that a removed key stops working', async () => {
    const token = await tokens.ofUser('ada', { resource });
    const unseen = await tokens.ofUser('bob', { resource });
    expect((await call(api, '/things', token)).status).toBe(200);
    await issuer.rotateSigningKeys({ keepPrevious: false });
    passTime(11 * 60);

    expect(refusalOf(await call(api, '/things', unseen))).toMatchObject({
      status: 401,
      code: 'invalid_token',
    });
  });
});
