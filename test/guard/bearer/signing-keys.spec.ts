import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from '../../support/app.js';
import type { Page } from '../../support/browser.js';
import { Elsewhere } from '../../support/elsewhere.js';
import { resource } from '../../support/issuer.js';
import { call, refusalOf, startApi } from '../../access/support/api.js';
import { RealTokens, startAccessIssuer } from '../../access/support/real-tokens.js';
import { ThingsController } from '../../access/support/things.controller.js';
import { comeBack, travel } from '../../access/support/travel.js';

describe('The keys that bearer tokens are verified by', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  let own: TestApp;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = await RealTokens.from(issuer);
  });

  afterAll(async () => {
    await tokens.close();
    await issuer.close();
  });

  beforeEach(async () => {
    own = await startApi({ issuer, controllers: [ThingsController] });
    issuer.resetRequests();
  });

  afterEach(async () => {
    comeBack();
    issuer.clearFaults();
    await issuer.resume();
    await own.close();
  });

  it('fetches Logto’s documents once for any number of tokens', async () => {
    const all = [await tokens.ofUser('ada', { resource }), await tokens.ofUser('bob', { resource })];
    issuer.resetRequests();
    await Promise.all([...all, ...all, ...all].map((token) => call(own, '/things', token)));

    expect([issuer.countRequests('discovery'), issuer.countRequests('jwks')]).toEqual([1, 1]);
  });

  it('makes no storm of a flood of keys that nobody knows', async () => {
    const token = await tokens.ofUser('ada', { resource });
    const { privateKey } = await generateKeyPair('ES384');
    const forge = (kid: string): Promise<string> =>
      new SignJWT({ iss: issuer.issuer, aud: resource, sub: 'ada', client_id: 'app' })
        .setProtectedHeader({ alg: 'ES384', typ: 'at+jwt', kid })
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey);
    const flood = await Promise.all(Array.from({ length: 50 }, (_, index) => forge(`unknown-${index}`)));
    issuer.resetRequests();

    const answers = await Promise.all(flood.map((forged) => call(own, '/things', forged)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    // Once for the flood's first, once more because its key was not there.
    expect(issuer.countRequests('jwks')).toBeLessThanOrEqual(2);
    expect(issuer.countRequests('discovery')).toBeLessThanOrEqual(2);

    travel(5);
    await Promise.all(flood.map((forged) => call(own, '/things', forged)));
    expect(issuer.countRequests('jwks')).toBeLessThanOrEqual(2);
    expect((await call(own, '/things', token)).status).toBe(200);
  });

  it('goes on through a rotation of the keys, to another algorithm too, and back', async () => {
    const first = await tokens.ofUser('ada', { resource });
    expect((await call(own, '/things', first)).status).toBe(200);

    for (const algorithm of ['RS256', 'ES384'] as const) {
      travel(60);
      await issuer.rotateSigningKeys({ algorithm });
      tokens.forget();
      const next = await tokens.ofUser('ada', { resource });
      expect((await call(own, '/things', next)).status).toBe(200);
      expect((await call(own, '/things', first)).status).toBe(200);
    }
  });

  it('answers 503 while Logto was never reached, and recovers by itself', async () => {
    const token = await tokens.ofUser('ada', { resource });
    await issuer.pause();
    const down = await call(own, '/things', token);
    expect(refusalOf(down)).toEqual({ status: 503, code: 'provider_unavailable', challenge: null });
    expect(down.headers.get('retry-after')).toBe('5');
    expect((await call(own, '/open')).status).toBe(200);

    await issuer.resume();
    expect((await call(own, '/things', token)).status).toBe(200);
  });

  it.each([
    ['fails', { status: 500 }],
    ['breaks', { destroy: true }],
    ['answers HTML', { status: 200, body: '<!doctype html>', contentType: 'text/html' }],
    ['answers what is no key set', { status: 200, body: { keys: 'none' } }],
  ])('answers 503 while the key endpoint %s: what cannot be decided does not pass', async (_, fault) => {
    const token = await tokens.ofUser('ada', { resource });
    issuer.failNext('jwks', fault);

    expect(refusalOf(await call(own, '/things', token))).toMatchObject({ status: 503 });
    expect((await call(own, '/things', token)).status).toBe(200);
  });

  it('answers 503 while the key endpoint stalls, once the timeout has passed', async () => {
    const hasty = await startApi({
      issuer,
      controllers: [ThingsController],
      logto: { http: { timeout: 1000 } },
    });
    const token = await tokens.ofUser('ada', { resource });
    issuer.failNext('jwks', { delay: Number.POSITIVE_INFINITY });

    expect(refusalOf(await call(hasty, '/things', token))).toMatchObject({
      status: 503,
      code: 'provider_unavailable',
    });
    expect((await call(hasty, '/things', token)).status).toBe(200);
    await hasty.close();
  });

  it('takes no keys from where the key endpoint redirects to', async () => {
    const token = await tokens.ofUser('ada', { resource });
    const elsewhere = await Elsewhere.start();
    issuer.failNext('jwks', { status: 302, headers: { location: elsewhere.origin } });

    expect(refusalOf(await call(own, '/things', token))).toMatchObject({ status: 503 });
    expect(elsewhere.requests).toEqual([]);
    expect((await call(own, '/things', token)).status).toBe(200);
    await elsewhere.close();
  });

  it('goes on verifying by the keys it has while Logto is away', async () => {
    expect((await call(own, '/things', await tokens.ofUser('ada', { resource }))).status).toBe(200);
    const another = await tokens.ofUser('bob', { resource });
    await issuer.pause();
    travel(30 * 60);

    expect((await call(own, '/things', another)).status).toBe(200);
  });

  it('looks for the keys once for all requests that find them due, and not again at once when that failed', async () => {
    const uncached = await startApi({
      issuer,
      controllers: [ThingsController],
      api: { audience: resource, cache: false },
    });
    const token = await tokens.ofUser('ada', { resource });
    const ask = (): Promise<Page> => call(uncached, '/things', token);
    await ask();
    travel(11 * 60);
    issuer.resetRequests();
    await Promise.all(Array.from({ length: 20 }, ask));
    expect(issuer.countRequests('jwks')).toBe(1);

    travel(11 * 60);
    issuer.resetRequests();
    issuer.failNext('jwks', { times: 50, status: 500 });
    for (let request = 0; request < 5; request += 1) expect((await ask()).status).toBe(200);
    expect(issuer.countRequests('jwks')).toBe(1);
    await uncached.close();
  });

  it('does not wait for keys that are due again and again while the key endpoint hangs', async () => {
    const timeout = 1500;
    const uncached = await startApi({
      issuer,
      controllers: [ThingsController],
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

    travel(11 * 60);
    expect(await took()).toBeGreaterThan(timeout - 100);
    expect(await took()).toBeLessThan(500);
    travel(31);
    expect(await took()).toBeLessThan(1400);
    expect(await took()).toBeLessThan(500);
    await uncached.close();
  });

  it('looks for the keys anew now and then, so that one that was taken back stops working', async () => {
    const token = await tokens.ofUser('ada', { resource });
    const unseen = await tokens.ofUser('bob', { resource });
    expect((await call(own, '/things', token)).status).toBe(200);
    await issuer.rotateSigningKeys({ keepPrevious: false });
    travel(11 * 60);

    expect(refusalOf(await call(own, '/things', unseen))).toMatchObject({
      status: 401,
      code: 'invalid_token',
    });
  });
});
