import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Post, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { decodeJwt } from 'jose';
import { LogtoGuard, LogtoService, UserScope, type LogtoFetchInit } from 'nestjs-logto';
import { startApp, type TestAppParts } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { application, startIssuer } from '../support/logto/issuer.js';
import { machine } from '../support/app/token-app.js';
import { OtherService } from './support/other-service.js';

/** A call to another service that the app makes. */
interface Call extends Partial<LogtoFetchInit> {
  url: string;
  body?: string;
  /** Sends the body as a stream. */
  asStream?: boolean;
  /** Passes no request, like a background job. */
  withoutRequest?: boolean;
}

@Controller()
class CallsController {
  constructor(private readonly logto: LogtoService) {}

  @Post('calls')
  async call(
    @Req() request: Request,
    @Body() { url, asStream, withoutRequest, ...init }: Call,
  ): Promise<object> {
    const body = asStream ? new Blob([init.body ?? '']).stream() : init.body;
    const response = await this.logto.fetch(withoutRequest ? undefined : request, url, {
      resource,
      ...init,
      body,
      ...(asStream && { duplex: 'half' }),
    });
    return {
      status: response.status,
      body: await response.text(),
      location: response.headers.get('location'),
    };
  }

  @Get('slow')
  @UseGuards(LogtoGuard)
  async slow(@Req() request: Request): Promise<object> {
    const failure: unknown = await this.logto
      .fetch(request, `${resource}/slow`, { resource })
      .catch((error: unknown) => error);
    return { name: (failure as Error).name };
  }
}

const service = await OtherService.start();
const unlisted = await OtherService.start();
const listed = await OtherService.start();
const resource = service.origin;
const issuer = await startIssuer({
  applications: [
    { ...application },
    { id: machine.appId, secret: machine.appSecret, type: 'MachineToMachine', roles: ['admin'] },
  ],
  resources: [{ indicator: resource, scopes: ['read'] }],
  roles: [{ name: 'admin', scopes: [{ resource, name: 'read' }] }],
});
const logto: NonNullable<TestAppParts['logto']> = {
  resources: [resource],
  scopes: ['read', UserScope.Organizations],
  machineToMachine: machine,
  downstream: [listed.origin],
};
const app = await startApp({ issuer, controllers: [CallsController], logto });

let browser: Browser;

/** Makes the app call another service. */
function call(parameters: Call): Promise<Page> {
  const headers = { 'content-type': 'application/json', origin: app.baseUrl };
  return browser.fetch('/calls', { method: 'POST', headers, body: JSON.stringify(parameters) });
}

beforeEach(async () => {
  browser = await app.signedInBrowser(issuer);
  issuer.resetRequests();
});

afterEach(() => {
  for (const one of [service, unlisted, listed]) one.reset();
});

describe('LogtoService.fetch', () => {
  it("sends the user's access token for the resource, and returns the response", async () => {
    const page = await call({ url: `${resource}/orders`, method: 'POST', body: 'a book' });

    expect(page.json()).toMatchObject({ status: 200, body: 'done' });
    expect(service.requests).toMatchObject([{ method: 'POST', path: '/orders', body: 'a book' }]);
    expect(decodeJwt(service.tokens[0] ?? '')).toMatchObject({ sub: 'ada', aud: resource, scope: 'read' });
  });

  it('sends a token for an organization', async () => {
    await call({ url: resource, organizationId: 'org_1' });

    expect(decodeJwt(service.tokens[0] ?? '')).toMatchObject({ aud: resource, organization_id: 'org_1' });
  });

  it("sends the app's own token, with and without a request", async () => {
    await call({ url: resource, as: 'machine', scope: 'read' });
    await call({ url: resource, as: 'machine', scope: 'read', withoutRequest: true });

    const [first = '', second] = service.tokens;
    expect(decodeJwt(first)).toMatchObject({ sub: machine.appId, aud: resource, scope: 'read' });
    expect(second).toBe(first);
  });

  it('replaces a header `authorization`, and keeps the others', async () => {
    await call({ url: resource, headers: { Authorization: 'Bearer mine', 'x-mine': 'yes' } });

    expect(service.requests[0]?.headers).toMatchObject({
      authorization: expect.stringMatching(/^Bearer ey/),
      'x-mine': 'yes',
    });
  });

  it('is for signed-in users', async () => {
    browser = app.browser();
    const anonymous = await call({ url: resource });
    const withoutRequest = await call({ url: resource, withoutRequest: true });

    expect([anonymous, withoutRequest].map((page) => page.json())).toMatchObject([
      { status: 401, code: 'not_authenticated' },
      { status: 401, code: 'not_authenticated' },
    ]);
    expect(service.requests).toEqual([]);
  });

  it('needs a resource', async () => {
    const page = await call({ url: resource, resource: null as unknown as string });

    expect(page.json()).toMatchObject({ status: 500, code: 'invalid_options' });
  });
});

describe('A token that is rejected', () => {
  it.each(['user', 'machine'] as const)('is renewed once, with as: "%s"', async (as) => {
    await call({ url: resource, as, scope: 'read' });
    service.reset();
    issuer.resetRequests();
    service.answers = [{ status: 401 }];

    const page = await call({ url: resource, as, scope: 'read', method: 'PUT', body: 'a book' });

    expect(page.json()).toMatchObject({ status: 200 });
    expect(service.requests.map(({ body }) => body)).toEqual(['a book', 'a book']);
    expect(new Set(service.tokens).size).toBe(2);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('results in the 401 of the other service if the new one is rejected too', async () => {
    service.answers = [{ status: 401 }, { status: 401, body: 'no' }];

    expect((await call({ url: resource })).json()).toMatchObject({ status: 401, body: 'no' });
    expect(service.requests).toHaveLength(2);
  });

  it.each(['user', 'machine'] as const)(
    'is not renewed at each call to a service that rejects every token, with as: "%s"',
    async (as) => {
      service.answers = Array.from({ length: 5 }, () => ({ status: 401 }));
      // A separate scope, because the tests share the app's tokens.
      const parameters: Call = { url: resource, as, scope: as === 'machine' ? 'read openid' : 'read' };
      await call(parameters);
      issuer.resetRequests();

      const pages = [await call(parameters), await call(parameters)];

      expect(pages.map((page) => page.json())).toMatchObject([{ status: 401 }, { status: 401 }]);
      expect(issuer.countRequests('token')).toBe(0);
      expect(service.requests).toHaveLength(4);
    },
  );

  it('is not renewed for a stream, which cannot be sent twice', async () => {
    await call({ url: resource });
    service.reset();
    issuer.resetRequests();
    service.answers = [{ status: 401 }];

    const page = await call({ url: resource, method: 'POST', body: 'a book', asStream: true });

    expect(page.json()).toMatchObject({ status: 401 });
    expect(service.requests).toMatchObject([{ body: 'a book' }]);
    expect(issuer.countRequests('token')).toBe(0);
  });

  it('ends the request with 401 if the sign-in has ended at Logto', async () => {
    await call({ url: resource });
    issuer.revokeGrants('ada');
    service.answers = [{ status: 401 }];

    expect((await call({ url: resource })).json()).toMatchObject({ status: 401, code: 'not_authenticated' });
  });
});

describe('The token', () => {
  it('is not sent to another origin, and the error says what to add', async () => {
    const page = await call({ url: `${unlisted.origin}/orders` });

    expect(page.json()).toMatchObject({
      status: 500,
      code: 'downstream_not_allowed',
      detail: expect.stringContaining(`downstream: ['${unlisted.origin}']`),
    });
    expect(unlisted.requests).toEqual([]);
  });

  it.each([
    [
      'a host that begins like the resource',
      (origin: string) => origin.replace('localhost', 'localhost.example.com'),
    ],
    ['a user name that looks like the resource', (origin: string) => `${origin}@example.com`],
    ['https instead of http', (origin: string) => origin.replace('http:', 'https:')],
  ])('is not sent to %s', async (_case, url) => {
    expect((await call({ url: url(resource) })).json()).toMatchObject({ code: 'downstream_not_allowed' });
    expect(service.requests).toEqual([]);
  });

  it('is sent to an origin in `downstream`', async () => {
    await call({ url: `${listed.origin}/orders` });

    expect(decodeJwt(listed.tokens[0] ?? '')).toMatchObject({ aud: resource });
  });

  it('is sent along with a redirect to the same origin', async () => {
    service.answers = [{ status: 307, headers: { location: '/moved' } }];

    await call({ url: `${resource}/orders`, method: 'POST', body: 'a book' });

    expect(service.requests).toMatchObject([
      { path: '/orders' },
      { method: 'POST', path: '/moved', body: 'a book' },
    ]);
    expect(service.tokens[1]).toBe(service.tokens[0]);
  });

  it.each(['unlisted', 'listed'])(
    'is not sent along with a redirect to another origin (%s)',
    async (name) => {
      const other = name === 'listed' ? listed : unlisted;
      service.answers = [{ status: 302, headers: { location: `${other.origin}/moved` } }];
      other.answers = [{ status: 401 }];

      const page = await call({ url: resource, headers: { cookie: 'a=b' } });

      expect(page.json()).toMatchObject({ status: 401 });
      expect(other.requests).toMatchObject([{ path: '/moved' }]);
      expect(other.tokens).toEqual([undefined]);
      expect(other.requests[0]?.headers.cookie).toBeUndefined();
    },
  );

  it('is not sent again when a redirect leads back to its origin', async () => {
    service.answers = [{ status: 302, headers: { location: `${unlisted.origin}/there` } }];
    unlisted.answers = [{ status: 302, headers: { location: `${resource}/back` } }];

    await call({ url: resource });

    expect(service.requests.map(({ path }) => path)).toEqual(['/', '/back']);
    expect(service.tokens[1]).toBeUndefined();
  });
});

describe('A redirect', () => {
  it('is not followed with `redirect: "manual"`', async () => {
    service.answers = [{ status: 302, headers: { location: '/moved' } }];

    expect((await call({ url: resource, redirect: 'manual' })).json()).toMatchObject({
      status: 302,
      location: '/moved',
    });
    expect(service.requests).toHaveLength(1);
  });

  it('is only followed to http and https', async () => {
    service.answers = [{ status: 302, headers: { location: 'data:text/plain,forged' } }];

    expect((await call({ url: resource })).status).toBe(500);
  });

  it('is followed twenty times at most', async () => {
    service.answers = Array.from({ length: 30 }, () => ({ status: 302, headers: { location: '/again' } }));

    expect((await call({ url: resource })).status).toBe(500);
    expect(service.requests).toHaveLength(21);
  });

  it.each([
    [301, 'GET', ''],
    [302, 'GET', ''],
    [303, 'GET', ''],
    [308, 'POST', 'a book'],
  ])('of a POST with %i is followed as `fetch` does', async (status, method, body) => {
    service.answers = [{ status, headers: { location: '/moved' } }];

    await call({ url: resource, method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'a book' });

    expect(service.requests[1]).toMatchObject({ method, body });
    expect(service.requests[1]?.headers['content-type']).toBe(body === '' ? undefined : 'text/plain');
  });
});

describe('A service that does not answer', () => {
  it('times out after `http.timeout`', async () => {
    const impatient = await startApp({
      issuer,
      controllers: [CallsController],
      logto: { ...logto, http: { timeout: 2000 } },
    });
    const signedIn = await impatient.signedInBrowser(issuer);
    service.answers = [undefined];

    expect((await signedIn.open('/slow')).json()).toEqual({ name: 'TimeoutError' });
  });
});
