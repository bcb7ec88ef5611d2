import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpException, Injectable } from '@nestjs/common';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { LogtoSignInEvent, OnSignIn } from 'nestjs-logto';
import { LogtoInstrumentation } from 'nestjs-logto/opentelemetry';
import { session, startApp } from '../support/app/app.js';
import { application, resource, startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { leftovers } from '../support/runner/leftovers.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { tokenOptions, tokenTenant } from '../support/app/token-app.js';
import { resourceTokenPath } from '../support/logto/token-path.js';
import { TokensController } from '../support/controllers/tokens.controller.js';
import { Telemetry } from './support/telemetry.js';

@Injectable()
class Welcome {
  @OnSignIn()
  greet({ claims }: LogtoSignInEvent): void {
    trace.getTracer('app').startSpan('greet').end();
    if (claims.sub === 'bob') throw new HttpException('Not you.', 403);
  }
}

const issuer = await startIssuer(tokenTenant);
// Before OpenTelemetry is set up, as in an app whose instrumentation is loaded late.
const instrumentation = new LogtoInstrumentation();
leftovers.add(async () => instrumentation.disable());
const telemetry = new Telemetry();
const parts = {
  issuer,
  controllers: [PagesController, TokensController],
  providers: [Welcome],
  logto: { ...tokenOptions, session: { ...session, store: new MemorySessionStore() } },
  configure: (app: { use: (handler: unknown) => unknown }) => void app.use(telemetry.middleware),
};
const one = await startApp(parts);
const other = await startApp({ ...parts, instanceOf: one });

beforeEach(async () => {
  telemetry.reset();
  await telemetry.points();
});

afterEach(async () => {
  issuer.clearFaults();
  // Searched for secrets.
  telemetry.spans();
  await telemetry.points();
});

describe('The spans', () => {
  it('of one sign-in over two instances are children of the requests, and have the requests to Logto below them', async () => {
    const browser = one.browser();
    await telemetry.inTrace('a sign-in', async () => {
      const callback = await browser.authorize(issuer);
      const { pathname, search } = new URL(callback);
      expect((await browser.open(`${other.baseUrl}${pathname}${search}`)).status).toBe(302);
      expect((await browser.open(`${one.baseUrl}/protected`)).text).toBe('hello ada');
    });

    expect(telemetry.tree()).toEqual([
      'a sign-in',
      '  GET /logto/sign-in',
      '    logto.sign_in',
      '      GET /oidc/.well-known/openid-configuration',
      '  GET /logto/sign-in-callback',
      '    logto.callback',
      '      GET /oidc/.well-known/openid-configuration',
      '      POST /oidc/token',
      '      GET /oidc/jwks',
      '      greet',
      '  GET /protected',
    ]);
  });

  it('of requests to Logto have the attributes of the semantic conventions, and no query', async () => {
    await (await one.signedInBrowser(issuer)).fetch(resourceTokenPath);

    const { hostname, port } = new URL(issuer.endpoint);
    const [, refresh] = telemetry.spans().filter(({ name }) => name === 'POST /oidc/token');
    expect(refresh).toMatchObject({
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        'http.request.method': 'POST',
        'http.response.status_code': 200,
        'server.address': hostname,
        'server.port': Number(port),
        'url.path': '/oidc/token',
        'logto.grant_type': 'refresh_token',
      },
    });
    expect(telemetry.span('logto.refresh').attributes).toEqual({ 'logto.resource': resource });
  });

  it('have the code of a failure as error.type, and the status of an error response', async () => {
    const browser = one.browser();
    const url = await browser.authorize(issuer);
    telemetry.reset();
    issuer.failNext('token', { status: 500 });
    await browser.open(url);

    expect(telemetry.span('logto.callback')).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': 'provider_unavailable' },
    });
    expect(telemetry.span('POST /oidc/token')).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': '500', 'http.response.status_code': 500 },
    });
  });

  it('have the version of the package in their scope', async () => {
    await one.browser().open('/logto/sign-in');

    const { name, version } = JSON.parse(await readFile('package.json', 'utf8')) as Record<string, string>;
    expect(telemetry.span('logto.sign_in').instrumentationScope).toMatchObject({ name, version });
  });

  it('name no user by default', async () => {
    const browser = await one.signedInBrowser(issuer);
    await browser.fetch(resourceTokenPath);
    await browser.open('/logto/sign-out');

    const values = telemetry.spans().flatMap(({ attributes }) => Object.values(attributes));
    expect(values).not.toContain('ada');
  });

  it('name the user if recordUserId is set', async () => {
    instrumentation.setConfig({ recordUserId: true });
    await one.signedInBrowser(issuer);
    instrumentation.setConfig({});

    expect(telemetry.span('logto.callback').attributes).toMatchObject({ 'user.id': 'ada' });
  });

  it('end when the instrumentation is disabled, and continue when it is enabled', async () => {
    instrumentation.disable();
    await one.browser().open('/logto/sign-in');
    expect(telemetry.tree()).toEqual(['GET /logto/sign-in']);

    instrumentation.enable();
    instrumentation.enable();
    await one.browser().open('/logto/sign-in');
    expect(telemetry.span('logto.sign_in')).toBeDefined();
  });

  it('are not sent to Logto: that is the task of an instrumentation of fetch', async () => {
    issuer.resetRequests();
    await one.signedInBrowser(issuer);

    const headers = issuer.requests().flatMap((request) => Object.keys(request.headers));
    expect(headers).not.toContain('traceparent');
  });
});

describe('The metrics', () => {
  it('count sessions that start and end, by reason', async () => {
    const browser = await one.signedInBrowser(issuer);
    await browser.open('/logto/sign-out');

    expect(await telemetry.points()).toMatchObject({
      'logto.sessions.started': [{ value: 1, labels: {} }],
      'logto.sessions.ended': [{ value: 1, labels: { 'logto.session.end.reason': 'user' } }],
    });
  });

  it('measure callbacks, refreshes and requests to Logto, and count the tokens that are cached', async () => {
    const browser = await one.signedInBrowser(issuer);
    await browser.fetch(resourceTokenPath);
    await browser.fetch(resourceTokenPath);

    const points = await telemetry.points();
    expect(points).toMatchObject({
      'logto.callback.duration': [{ value: 1, labels: {} }],
      'logto.token.refresh.duration': [{ value: 1, labels: {} }],
      'logto.token.cache.hits': [{ value: 1, labels: { 'logto.token.cache.name': 'access-token' } }],
      'logto.token.cache.misses': [{ value: 1, labels: { 'logto.token.cache.name': 'access-token' } }],
    });
    expect(points['logto.provider.request.duration']).toContainEqual({
      value: 1,
      labels: expect.objectContaining({
        'logto.grant_type': 'refresh_token',
        'http.response.status_code': 200,
      }),
    });
  });

  it('have the code of a failure as error.type', async () => {
    await one.signedInBrowser(issuer, 'bob');
    await one.browser().open('/protected');

    expect(await telemetry.points()).toMatchObject({
      'logto.callback.duration': [{ value: 1, labels: { 'error.type': 'sign_in_refused' } }],
      'logto.access.denied': [
        { value: 1, labels: { 'error.type': 'not_authenticated', 'http.response.status_code': 302 } },
      ],
    });
  });
});

describe('What is exported', () => {
  it('is searched for secrets', async () => {
    trace
      .getTracer('app')
      .startSpan('leaky', { attributes: { secret: application.secret } })
      .end();
    telemetry.spans();

    expect(() => leaks.check()).toThrow('an event, a span or a metric contains a client secret');
    telemetry.reset();
  });
});
