import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { LogtoApiGuard, LogtoService, type TokenTarget } from 'nestjs-logto';
import type { EmulatorEndpoint } from 'nestjs-logto/emulator';
import { session, startApp } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { application, resource, startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { machine, startTokenApp, tokenTenant } from '../support/app/token-app.js';
import { resourceTokenPath } from '../support/logto/token-path.js';
import { TokensController } from '../support/controllers/tokens.controller.js';

/** What an app may request from Logto without a session. */
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

const logto = { session: { ...session, store: new MemorySessionStore() } };
const issuer = await startIssuer(tokenTenant);
/** Signs users in, with the default timeout. */
const patient = await startTokenApp({ issuer, logto });
const app = await startApp({
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
// Only the tested call is to time out, so the documents are fetched first, however long it takes.
for (const path of ['/logto/sign-in', '/machine-token?organizationId=org_1']) {
  while ((await app.browser().open(path)).status >= 400);
}

describe('A Logto that never answers', () => {
  let browser: Browser;
  let opaque: string;

  beforeEach(async () => {
    browser = await patient.signedInBrowser(issuer);
    opaque = (await browser.fetch('/token')).json<{ token: string }>().token;
    issuer.resetRequests();
  });

  afterEach(() => issuer.clearFaults());

  const rows: [what: string, endpoint: EmulatorEndpoint, ask: () => Promise<Page>][] = [
    ['user info', 'userinfo', () => browser.fetch(`${app.baseUrl}/user-info`)],
    ['an access token', 'token', () => browser.fetch(app.baseUrl + resourceTokenPath)],
    [
      'a client credentials token',
      'token',
      () => browser.fetch(`${app.baseUrl}/machine-token?resource=${resource}`),
    ],
    ['a token exchange', 'token', () => browser.fetch(`${app.baseUrl}/impersonate`)],
    [
      'an introspection',
      'introspection',
      () => app.browser().fetch('/api', { headers: { authorization: `Bearer ${opaque}` } }),
    ],
  ];

  it.each(rows)('leads to 503 after the timeout when %s is requested', async (_, endpoint, ask) => {
    issuer.failNext(endpoint, { delay: Number.POSITIVE_INFINITY });

    const answer = await ask();
    expect([answer.status, answer.json().code]).toEqual([503, 'provider_timeout']);
    expect(issuer.countRequests(endpoint)).toBe(1);
  });

  it('does not sign the user out, and gets no second refresh in one call, which might end the grant', async () => {
    issuer.failNext('token', { delay: Number.POSITIVE_INFINITY });
    expect((await browser.fetch(app.baseUrl + resourceTokenPath)).status).toBe(503);
    expect(issuer.countRequests('token')).toBe(1);

    expect((await browser.fetch(resourceTokenPath)).status).toBe(200);
  });

  it('does not stop a sign-out, which ends the session and redirects to the app', async () => {
    issuer.failNext('revocation', { delay: Number.POSITIVE_INFINITY });

    const answer = await browser.open(`${app.baseUrl}/logto/sign-out`);
    expect([answer.status, answer.location]).toEqual([302, `${patient.baseUrl}/`]);
    expect(issuer.countRequests('revocation')).toBe(1);
    expect((await browser.fetch('/token')).status).toBe(401);
  });
});
