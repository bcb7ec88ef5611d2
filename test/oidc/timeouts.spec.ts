import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { LogtoApiGuard, LogtoService, type TokenTarget } from 'nestjs-logto';
import type { EmulatorEndpoint, LogtoEmulator } from 'nestjs-logto/emulator';
import { session, startApp, type TestApp } from '../support/app.js';
import type { Browser, Page } from '../support/browser.js';
import { application, resource, startIssuer } from '../support/issuer.js';
import { MemorySessionStore } from '../support/memory-session-store.js';
import { machine, startTokenApp, tokenTenant } from '../support/token-app.js';
import { TokensController } from '../support/tokens.controller.js';

/** Whatever an app asks of Logto without a visitor’s session. */
@Controller()
class ServerController {
  constructor(private readonly logto: LogtoService) {}

  @Get('machine-token')
  machine(@Query() target: TokenTarget): Promise<string> {
    return this.logto.getClientCredentialsToken(target);
  }

  @Get('impersonate')
  impersonate(): Promise<object> {
    return this.logto.exchangeToken({ subjectToken: 'a-subject-token-of-the-specs', resource });
  }

  @Get('api')
  @UseGuards(LogtoApiGuard)
  api(): string {
    return 'in';
  }
}

describe('A Logto that never answers', () => {
  const store = new MemorySessionStore();
  const logto = { session: { ...session, store } };
  let issuer: LogtoEmulator;
  /** Signs people in, and has all the time that takes. */
  let patient: TestApp;
  let app: TestApp;
  let browser: Browser;
  let opaque: string;

  beforeAll(async () => {
    issuer = await startIssuer(tokenTenant);
    patient = await startTokenApp({ issuer, logto });
    app = await startApp({
      issuer,
      controllers: [TokensController, ServerController],
      instanceOf: patient,
      logto: {
        ...logto,
        http: { timeout: 300 },
        machineToMachine: machine,
        api: { audience: resource, introspection: { clientIds: [application.id] } },
      },
    });
    // What is under test is the one call that stalls, so the documents are fetched before, however long it takes.
    for (const path of ['/logto/sign-in', '/machine-token?organizationId=org_1']) {
      while ((await app.browser().open(path)).status >= 400);
    }
  });

  beforeEach(async () => {
    browser = patient.browser();
    await browser.signIn(issuer);
    opaque = (await browser.fetch('/token')).json<{ token: string }>().token;
    issuer.resetRequests();
  });

  afterEach(() => issuer.clearFaults());

  afterAll(async () => {
    await app.close();
    await patient.close();
    await issuer.close();
  });

  const rows: [what: string, endpoint: EmulatorEndpoint, ask: () => Promise<Page>][] = [
    ['user info', 'userinfo', () => browser.fetch(`${app.baseUrl}/user-info`)],
    ['an access token', 'token', () => browser.fetch(`${app.baseUrl}/token?resource=${resource}`)],
    [
      'a token of the app itself',
      'token',
      () => browser.fetch(`${app.baseUrl}/machine-token?resource=${resource}`),
    ],
    ['the exchange of a token', 'token', () => browser.fetch(`${app.baseUrl}/impersonate`)],
    [
      'the introspection of a token',
      'introspection',
      () => app.browser().fetch('/api', { headers: { authorization: `Bearer ${opaque}` } }),
    ],
  ];

  it.each(rows)('is given up on when asked for %s', async (_, endpoint, ask) => {
    issuer.failNext(endpoint, { delay: Number.POSITIVE_INFINITY });

    const answer = await ask();
    expect([answer.status, answer.json().code]).toEqual([503, 'provider_timeout']);
    expect(issuer.countRequests(endpoint)).toBe(1);
  });

  it('signs nobody out, and is sent no refresh twice in one call: a late second use may end the grant', async () => {
    const forResource = `/token?resource=${resource}`;
    issuer.failNext('token', { delay: Number.POSITIVE_INFINITY });
    expect((await browser.fetch(app.baseUrl + forResource)).status).toBe(503);
    expect(issuer.countRequests('token')).toBe(1);

    expect((await browser.fetch(forResource)).status).toBe(200);
  });

  it('is given up on at sign-out, which ends the session here and leads to the app', async () => {
    issuer.failNext('revocation', { delay: Number.POSITIVE_INFINITY });

    const answer = await browser.open(`${app.baseUrl}/logto/sign-out`);
    expect([answer.status, answer.location]).toEqual([302, `${patient.baseUrl}/`]);
    expect(issuer.countRequests('revocation')).toBe(1);
    expect((await browser.fetch('/token')).status).toBe(401);
  });
});
