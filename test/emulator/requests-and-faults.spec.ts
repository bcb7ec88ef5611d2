import { beforeEach, describe, expect, it } from '@jest/globals';

import { startSignedIn, type SignedIn } from './support/start-signed-in.js';

describe('A test', () => {
  let emulator: SignedIn['emulator'];
  let web: SignedIn['web'];
  let tokens: SignedIn['tokens'];
  let refresh: SignedIn['refresh'];
  let userInfo: SignedIn['userInfo'];
  let signInSilently: SignedIn['signInSilently'];

  beforeEach(async () => {
    ({ emulator, web, tokens, refresh, userInfo, signInSilently } = await startSignedIn());
  });

  const discover = () => fetch(`${emulator.issuer}/.well-known/openid-configuration`);

  describe('that looks at the requests', () => {
    it('gets their number and their content by endpoint', async () => {
      emulator.resetRequests();
      await refresh();
      await userInfo();
      await userInfo();
      expect(emulator.countRequests('token')).toBe(1);
      expect(emulator.countRequests('userinfo')).toBe(2);
      expect(emulator.requests('token')).toEqual([
        expect.objectContaining({
          method: 'POST',
          path: '/oidc/token',
          body: { grant_type: 'refresh_token', refresh_token: tokens.body['refresh_token'] },
          headers: expect.objectContaining({ authorization: expect.stringMatching(/^Basic /) }),
          at: expect.any(Date),
        }),
      ]);
    });

    it('gets the parameters of an authorization request', () => {
      expect(emulator.requests('authorization')[0]?.query).toMatchObject({
        client_id: 'web',
        prompt: 'consent',
      });
    });

    it('starts over with resetRequests', () => {
      emulator.resetRequests();
      expect(emulator.requests()).toEqual([]);
      expect(emulator.countRequests('authorization')).toBe(0);
    });
  });

  describe('that makes an endpoint fail', () => {
    it('chooses the status and how many requests fail', async () => {
      emulator.failNext('token', { times: 2, status: 503 });
      const statuses = [await refresh(), await refresh(), await refresh()].map(({ status }) => status);
      expect(statuses).toEqual([503, 503, 200]);
    });

    it('gets 500 by default', async () => {
      emulator.failNext('discovery');
      expect((await discover()).status).toBe(500);
    });

    it('chooses body, content type and headers', async () => {
      emulator.failNext('discovery', {
        status: 200,
        body: '<html>',
        contentType: 'text/html',
        headers: { 'x-a': 'b' },
      });
      const response = await discover();
      expect(await response.text()).toBe('<html>');
      expect(response.headers.get('content-type')).toBe('text/html');
      expect(response.headers.get('x-a')).toBe('b');
    });

    it('sends a body that is an object as JSON', async () => {
      emulator.failNext('userinfo', { status: 429, body: { error: 'slow_down' } });
      expect(await userInfo()).toMatchObject({ status: 429, body: { error: 'slow_down' } });
    });

    it('delays the response', async () => {
      emulator.failNext('discovery', { delay: 50 });
      const before = performance.now();
      expect((await discover()).status).toBe(200);
      expect(performance.now() - before).toBeGreaterThan(45);
    });

    it('makes the endpoint never respond', async () => {
      emulator.failNext('discovery', { delay: Infinity });
      const request = fetch(`${emulator.issuer}/.well-known/openid-configuration`, {
        signal: AbortSignal.timeout(50),
      });
      await expect(request).rejects.toThrow(/timeout/);
    });

    it('cuts the connection before the request is processed', async () => {
      emulator.failNext('token', { destroy: true });
      await expect(refresh()).rejects.toThrow('fetch failed');
      expect((await refresh()).status).toBe(200);
    });

    it('loses the response after the request is processed', async () => {
      const { code = '' } = await web.callback({ scope: 'openid' });
      emulator.failNext('token', { cutAfter: true });
      await expect(web.exchange(code)).rejects.toThrow('fetch failed');
      expect((await web.exchange(code)).body['error']).toBe('invalid_grant');
    });

    it('changes the real response', async () => {
      emulator.failNext('userinfo', {
        transform: (response) => ({ ...response, body: response.body.replaceAll('"ada"', '"eve"') }),
      });
      expect((await userInfo()).body['username']).toBe('eve');
      expect((await userInfo()).body['username']).toBe('ada');
    });

    it('queues several faults, and removes them with clearFaults', async () => {
      emulator.failNext('token', { status: 500 });
      emulator.failNext('token', { status: 502 });
      expect((await refresh()).status).toBe(500);
      emulator.clearFaults();
      expect((await refresh()).status).toBe(200);
    });
  });

  it('that pauses the emulator gets it back on the same port, with the same sessions and tokens', async () => {
    const { port } = emulator;
    await emulator.pause();
    await expect(refresh()).rejects.toThrow('fetch failed');
    await emulator.resume();
    expect(emulator.port).toBe(port);
    expect((await refresh()).status).toBe(200);
    expect(await signInSilently()).toHaveProperty('code');
  });
});
