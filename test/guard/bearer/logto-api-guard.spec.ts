import { createServer, request, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { call, refusalOf, startApi } from '../support/api.js';
import { RealTokens, startAccessIssuer } from '../support/real-tokens.js';
import { ThingsController } from '../support/things.controller.js';
import type { TestApp } from '../../support/app/app.js';
import { resource } from '../../support/logto/issuer.js';
import { otherResource } from '../../support/app/token-app.js';
import { closeLater } from '../../support/runner/leftovers.js';

const invalid = { status: 401, code: 'invalid_token' };

describe('LogtoApiGuard', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  let api: TestApp;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = closeLater(await RealTokens.from(issuer));
    api = await startApi({ issuer, controllers: [ThingsController] });
  });

  describe('accepts', () => {
    it('the access token of a user for this API, and gives the handler that user', async () => {
      const answer = await call(api, '/things', await tokens.ofUser('ada', { resource }));

      expect([answer.status, answer.json()]).toEqual([
        200,
        {
          user: {
            isAuthenticated: true,
            claims: expect.objectContaining({ iss: issuer.issuer, sub: 'ada', aud: resource }),
            scopes: ['read:things'],
          },
          same: true,
          method: 'GET',
        },
      ]);
    });

    it('the access token of a machine', async () => {
      const token = await tokens.ofMachine({ resource, scope: 'read:things' });

      expect((await call(api, '/things', token)).json()).toMatchObject({
        user: { isAuthenticated: true, claims: { client_id: 'machine' }, scopes: ['read:things'] },
      });
    });

    it('a token without scopes', async () => {
      const token = await tokens.ofMachine({ resource });

      expect((await call(api, '/things', token)).json()).toMatchObject({ user: { scopes: [] } });
    });

    it.each(['bearer', 'BEARER', 'bEaReR'])('the scheme written as %s', async (scheme) => {
      const authorization = `${scheme} ${await tokens.ofUser('ada', { resource })}`;

      expect((await call(api, '/things', undefined, { headers: { authorization } })).status).toBe(200);
    });

    it('any method and any origin, because browsers never add a bearer token by themselves', async () => {
      const token = await tokens.ofUser('ada', { resource });
      const headers = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };

      const posted = await call(api, '/things', token, { method: 'POST', headers });
      expect([posted.status, posted.text]).toEqual([201, 'ada']);
      expect((await call(api, '/things', token, { method: 'HEAD' })).status).toBe(200);
    });

    it('tokens for each of several audiences', async () => {
      const both = await startApi({
        issuer,
        controllers: [ThingsController],
        api: { audience: [resource, otherResource] },
      });
      for (const one of [resource, otherResource]) {
        const answer = await call(both, '/things', await tokens.ofUser('ada', { resource: one }));
        expect(answer.json()).toMatchObject({ user: { claims: { aud: one } } });
      }
      await both.close();
    });
  });

  it('keeps responses out of shared caches unless the handler sets `Cache-Control`', async () => {
    const token = await tokens.ofUser('ada', { resource });
    const [things, cached] = [await call(api, '/things', token), await call(api, '/cached', token)];

    expect(things.headers.get('cache-control')).toBe('private, no-store');
    expect(things.headers.get('vary')).toContain('Authorization');
    expect(cached.headers.get('cache-control')).toBe('public, max-age=60');
    expect((await call(api, '/things', 'x.y.z')).headers.get('cache-control')).toContain('no-store');
  });

  it('does not affect public routes, whatever the Authorization header contains', async () => {
    const answer = await call(api, '/open', 'not-a-token');
    expect([answer.status, answer.text, answer.headers.get('cache-control')]).toEqual([200, 'open', null]);
  });

  describe('denies', () => {
    it('a request without a token, with a challenge that names no error (RFC 6750 section 3.1)', async () => {
      const answer = await call(api, '/things');

      expect(refusalOf(answer)).toEqual({ status: 401, code: 'not_authenticated', challenge: 'Bearer' });
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.json()).toMatchObject({ type: 'about:blank', title: 'Unauthorized', status: 401 });
      expect((await call(api, '/things', undefined, { method: 'HEAD' })).status).toBe(401);
    });

    it('a navigation with 401, since an API has no sign-in to redirect to', async () => {
      expect((await api.browser().open('/things')).status).toBe(401);
    });

    it('a token in the query or in a form', async () => {
      const token = await tokens.ofUser('ada', { resource });
      const body = `access_token=${token}`;
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };

      expect(refusalOf(await call(api, `/things?${body}`))).toMatchObject({ code: 'not_authenticated' });
      expect(
        refusalOf(await call(api, '/things', undefined, { method: 'POST', headers, body })),
      ).toMatchObject({ code: 'not_authenticated' });
    });

    it('two Authorization headers, because a proxy may have checked the other one', async () => {
      const good = `Bearer ${await tokens.ofUser('ada', { resource })}`;
      for (const both of [
        [good, 'Bearer other'],
        [good, good],
      ]) {
        const { status, challenge } = await askWithHeaders(api.baseUrl, both);
        expect([status, challenge]).toEqual([400, 'Bearer error="invalid_request"']);
      }
    });

    it.each([
      '',
      'Bearer',
      'Bearer ',
      'Basic YWRhOnNlY3JldA==',
      'Bearer a b',
      'Bearer a, Bearer b',
      'Bearer "a"',
    ])('the header "%s"', async (authorization) => {
      const answer = await call(api, '/things', undefined, { headers: { authorization } });
      expect(refusalOf(answer)).toMatchObject(invalid);
    });

    it.each(['x', 'a.b.c', '..', 'eyJhbGciOiJub25lIn0.e30.', 'a.b.c.d.e', 'null', 'undefined'])(
      'the malformed token %s',
      async (token) => {
        expect(refusalOf(await call(api, '/things', token))).toMatchObject(invalid);
      },
    );

    it('the token of another API', async () => {
      const answer = await call(api, '/things', await tokens.ofUser('ada', { resource: otherResource }));

      expect(refusalOf(answer)).toEqual({
        ...invalid,
        challenge: 'Bearer error="invalid_token", error_description="The token was issued for another API."',
      });
    });

    it('an ID token', async () => {
      const { idToken } = await tokens.storedTokens('ada');
      expect(idToken.split('.')).toHaveLength(3);
      expect(refusalOf(await call(api, '/things', idToken))).toMatchObject(invalid);
    });

    it('opaque tokens, which have no audience', async () => {
      expect(refusalOf(await call(api, '/things', await tokens.ofUser('ada')))).toMatchObject(invalid);
      expect(
        refusalOf(await call(api, '/things', (await tokens.storedTokens('ada')).refreshToken)),
      ).toMatchObject(invalid);
      expect(issuer.countRequests('introspection')).toBe(0);
    });

    it('a token of another issuer', async () => {
      const other = await startAccessIssuer();
      const others = await RealTokens.from(other);
      const answer = await call(api, '/things', await others.ofUser('ada', { resource }));
      await others.close();
      await other.close();

      expect(refusalOf(answer)).toMatchObject(invalid);
    });

    it('a token whose claims or signature were changed, even while the genuine one is cached', async () => {
      const [token, other] = [
        await tokens.ofUser('ada', { resource }),
        await tokens.ofUser('bob', { resource }),
      ];
      const [header = '', payload = '', signature = ''] = token.split('.');
      const [, , otherSignature = ''] = other.split('.');
      const admin = Buffer.from(
        JSON.stringify({
          ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object),
          scope: 'write:things',
        }),
      ).toString('base64url');
      expect((await call(api, '/things', token)).status).toBe(200);

      for (const forged of [
        `${header}.${admin}.${signature}`,
        `${header}.${payload}.${otherSignature}`,
        `${header}.${payload}.`,
        `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      ]) {
        expect(refusalOf(await call(api, '/things', forged))).toMatchObject(invalid);
      }
    });

    it('without repeating the token in the response', async () => {
      const token = await tokens.ofUser('ada', { resource: otherResource });
      const answer = await call(api, '/things', token);
      const said = JSON.stringify([answer.text, [...answer.headers]]);

      for (const part of token.split('.')) expect(said).not.toContain(part.slice(0, 20));
    });
  });

  describe('on a server that accepts very large headers', () => {
    let server: Server;

    beforeAll(async () => {
      const handler: RequestListener = (...exchange) => api.app.getHttpServer().emit('request', ...exchange);
      server = createServer({ maxHeaderSize: 1_000_000 }, handler);
      await new Promise<void>((resolve) => server.listen(0, resolve));
    });

    afterAll(() => new Promise((resolve) => server.close(resolve)));

    it.each([
      ['in one piece', 'a'.repeat(100_000)],
      ['in the form of a JWT', `${'a'.repeat(50_000)}.${'b'.repeat(50_000)}.c`],
      ['that consists of padding', `a${'='.repeat(100_000)}!`],
    ])('rejects a token of 100 kB %s without a request to Logto', async (_, token) => {
      issuer.resetRequests();
      const { port } = server.address() as AddressInfo;

      expect((await askWithHeaders(`http://localhost:${port}`, [`Bearer ${token}`])).status).toBe(401);
      expect(issuer.requests()).toEqual([]);
    });
  });
});

/** Sends several Authorization headers, which client libraries cannot do. */
function askWithHeaders(
  baseUrl: string,
  authorizations: string[],
): Promise<{ status: number; challenge: string | undefined }> {
  const headers = ['host', 'localhost', ...authorizations.flatMap((value) => ['authorization', value])];
  return new Promise((resolve, reject) => {
    request(new URL('/things', baseUrl), { headers, agent: false }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, challenge: response.headers['www-authenticate'] });
    })
      .on('error', reject)
      .end();
  });
}
