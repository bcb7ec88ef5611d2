import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { AuthUser, LogtoApiGuard, LogtoContext, RequireScopes } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from '../../support/app.js';
import { Browser } from '../../support/browser.js';
import { application, resource } from '../../support/issuer.js';
import { leftovers } from '../../support/leftovers.js';
import { call, refusalOf } from '../../access/support/api.js';
import { RealTokens, startAccessIssuer } from '../../access/support/real-tokens.js';

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

const invalid = { status: 401, code: 'invalid_token' };

describe('Opaque bearer tokens', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  let api: TestApp;

  /** An API that asks Logto about tokens as an application of its own. */
  function startIntrospectingApi(clientIds: string[], appSecret: string = asking.secret): Promise<TestApp> {
    return startApp({
      issuer,
      controllers: [ThingsController],
      logto: {
        appId: asking.id,
        appSecret,
        baseUrl: undefined,
        session: undefined,
        api: { audience: resource, introspection: { clientIds } },
      },
    });
  }

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    issuer.setApplication(asking);
    tokens = await RealTokens.from(issuer);
    api = await startIntrospectingApi([application.id]);
  });

  beforeEach(() => issuer.resetRequests());

  afterEach(() => issuer.clearFaults());

  afterAll(async () => {
    await api.close();
    await tokens.close();
    await issuer.close();
  });

  it('pass by introspection where the options name their application', async () => {
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

  it('are held against requirements by the scopes that Logto tells', async () => {
    const token = await tokens.ofUser('ada');

    expect((await call(api, '/profile', token)).status).toBe(200);
    expect(refusalOf(await call(api, '/written', token))).toMatchObject({
      status: 403,
      code: 'insufficient_scope',
    });
  });

  it('of other applications are refused, though Logto calls them active', async () => {
    const other = await startIntrospectingApi(['another-application']);
    const answer = await call(other, '/things', await tokens.ofUser('ada'));
    await other.close();

    expect(refusalOf(answer)).toMatchObject(invalid);
    expect(issuer.countRequests('introspection')).toBe(1);
  });

  it('that are refresh tokens are refused: those belong to the application alone', async () => {
    const { refreshToken } = await tokens.kept('ada');

    expect(refusalOf(await call(api, '/things', refreshToken))).toMatchObject(invalid);
  });

  it('that Logto does not know are refused', async () => {
    expect(refusalOf(await call(api, '/things', 'a-token-that-nobody-gave'))).toEqual({
      ...invalid,
      challenge: 'Bearer error="invalid_token", error_description="The token is not valid."',
    });
  });

  it('that are enormous are refused without a question', async () => {
    const handler = api.app.getHttpAdapter().getInstance() as RequestListener;
    const server = createServer({ maxHeaderSize: 1_000_000 }, handler);
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const close = leftovers.ends(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.address() as AddressInfo;

    const answer = await new Browser(`http://localhost:${port}`).fetch('/things', {
      headers: { authorization: `Bearer ${'a'.repeat(100_000)}` },
    });
    expect(refusalOf(answer)).toMatchObject(invalid);
    expect(issuer.requests()).toEqual([]);
    await close();
  });

  it('are asked about every time, so that one that was revoked stops working at once', async () => {
    const token = await tokens.ofUser('bob');
    expect((await call(api, '/things', token)).status).toBe(200);
    issuer.expireAccessTokens('bob');

    expect(refusalOf(await call(api, '/things', token))).toMatchObject(invalid);
  });

  it('do not keep signed tokens from being verified here, without a question', async () => {
    const token = await tokens.ofUser('ada', { resource });
    issuer.resetRequests();

    expect((await call(api, '/things', token)).status).toBe(200);
    expect(issuer.countRequests('introspection')).toBe(0);
  });

  it.each([
    ['fails', { status: 500 }],
    ['breaks', { destroy: true }],
    ['answers HTML', { status: 200, body: '<!doctype html>', contentType: 'text/html' }],
  ])('are answered 503 while introspection %s', async (_, fault) => {
    issuer.failNext('introspection', fault);

    expect(refusalOf(await call(api, '/things', await tokens.ofUser('ada')))).toMatchObject({ status: 503 });
  });

  it('are answered 503 where Logto does not know this API’s own application', async () => {
    const wrong = await startIntrospectingApi([application.id], 'a-secret-that-is-wrong');
    const answer = await call(wrong, '/things', await tokens.ofUser('ada'));
    await wrong.close();

    expect(refusalOf(answer)).toMatchObject({ status: 503, code: 'invalid_client' });
  });
});

const asking = { id: 'api', secret: 'the-secret-of-the-api' } as const;
