import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { AuthUser, LogtoApiGuard, LogtoContext, RequireScopes } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { call, refusalOf, startApi } from '../support/api.js';
import { RealTokens, startAccessIssuer } from '../support/real-tokens.js';
import type { TestApp } from '../../support/app/app.js';
import { Browser } from '../../support/requests/browser.js';
import { application, resource } from '../../support/logto/issuer.js';
import { closeLater, leftovers } from '../../support/runner/leftovers.js';

@Controller()
@UseGuards(LogtoApiGuard)
class ThingsController {
  @Get('things')
  things(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('profile')
  @RequireScopes('profile')
  profile(): string {
    return 'profile';
  }

  @Get('written')
  @RequireScopes('write:things')
  written(): string {
    return 'written';
  }
}

const apiApplication = { id: 'api', secret: 'the-secret-of-the-api' } as const;

const invalid = { status: 401, code: 'invalid_token' };

describe('An opaque bearer token', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  let api: TestApp;

  /** Starts an API that introspects tokens as an application of its own. */
  async function startIntrospectingApi(
    clientIds: string[],
    appSecret: string = apiApplication.secret,
  ): Promise<TestApp> {
    return await startApi({
      issuer,
      controllers: [ThingsController],
      logto: { appId: apiApplication.id, appSecret },
      api: { audience: resource, introspection: { clientIds } },
    });
  }

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    issuer.setApplication(apiApplication);
    tokens = closeLater(await RealTokens.from(issuer));
    api = await startIntrospectingApi([application.id]);
  });

  beforeEach(() => issuer.resetRequests());

  afterEach(() => issuer.clearFaults());

  it('is accepted by introspection when the options list its application', async () => {
    const answer = await call(api, '/things', await tokens.ofUser('ada'));

    expect([answer.status, answer.json()]).toEqual([
      200,
      {
        isAuthenticated: true,
        claims: expect.objectContaining({ sub: 'ada', client_id: application.id }),
        scopes: expect.arrayContaining(['openid', 'profile']),
      },
    ]);
    expect(issuer.countRequests('introspection')).toBe(1);
  });

  it('meets requirements with the scopes that introspection returns', async () => {
    const token = await tokens.ofUser('ada');

    expect((await call(api, '/profile', token)).status).toBe(200);
    expect(refusalOf(await call(api, '/written', token))).toMatchObject({
      status: 403,
      code: 'insufficient_scope',
    });
  });

  it('of another application is rejected, although Logto calls it active', async () => {
    const other = await startIntrospectingApi(['another-application']);
    const answer = await call(other, '/things', await tokens.ofUser('ada'));

    expect(refusalOf(answer)).toMatchObject(invalid);
    expect(issuer.countRequests('introspection')).toBe(1);
  });

  it('that is a refresh token is rejected', async () => {
    const { refreshToken } = await tokens.storedTokens('ada');

    expect(refusalOf(await call(api, '/things', refreshToken))).toMatchObject(invalid);
  });

  it('that Logto does not know is rejected', async () => {
    expect(refusalOf(await call(api, '/things', 'an-unknown-token'))).toEqual({
      ...invalid,
      challenge: 'Bearer error="invalid_token", error_description="The token is not valid."',
    });
  });

  it('of 100 kB is rejected without a request to Logto', async () => {
    const handler: RequestListener = (...exchange) => api.app.getHttpServer().emit('request', ...exchange);
    const server = createServer({ maxHeaderSize: 1_000_000 }, handler);
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const close = leftovers.add(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.address() as AddressInfo;

    const answer = await new Browser(`http://localhost:${port}`).fetch('/things', {
      headers: { authorization: `Bearer ${'a'.repeat(100_000)}` },
    });
    expect(refusalOf(answer)).toMatchObject(invalid);
    expect(issuer.requests()).toEqual([]);
    await close();
  });

  it('is introspected every time, so that a revoked one stops working at once', async () => {
    const token = await tokens.ofUser('bob');
    expect((await call(api, '/things', token)).status).toBe(200);
    issuer.expireAccessTokens('bob');

    expect(refusalOf(await call(api, '/things', token))).toMatchObject(invalid);
  });

  it('is the only kind that is introspected: a signed token is verified locally', async () => {
    const token = await tokens.ofUser('ada', { resource });
    issuer.resetRequests();

    expect((await call(api, '/things', token)).status).toBe(200);
    expect(issuer.countRequests('introspection')).toBe(0);
  });

  it.each([
    ['fails', { status: 500 }],
    ['breaks', { destroy: true }],
    ['answers HTML', { status: 200, body: '<!doctype html>', contentType: 'text/html' }],
  ])('is answered with 503 while introspection %s', async (_, fault) => {
    issuer.failNext('introspection', fault);

    expect(refusalOf(await call(api, '/things', await tokens.ofUser('ada')))).toMatchObject({ status: 503 });
  });

  it('is answered with 503 when Logto rejects the credentials of this API', async () => {
    const wrong = await startIntrospectingApi([application.id], 'a-secret-that-is-wrong');
    const answer = await call(wrong, '/things', await tokens.ofUser('ada'));

    expect(refusalOf(answer)).toMatchObject({ status: 503, code: 'invalid_client' });
  });
});
