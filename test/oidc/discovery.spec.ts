import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NextFunction, Request, Response } from 'express';
import type { LogtoModuleOptions } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from '../support/app/app.js';
import { freePort } from '../support/app/free-port.js';
import type { Page } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { OtherServer } from '../support/requests/other-server.js';
import { errorCode } from '../support/requests/error-code.js';
import { Latch } from '../support/runner/latches.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { PagesController } from '../support/requests/pages.js';

const day = 24 * 60 * 60;

describe('Discovery', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  /** Called for each request to the app. */
  let arrived = (): void => undefined;

  beforeEach(async () => {
    issuer = await startIssuer();
    await start();
  });

  afterEach(() => {
    arrived = () => undefined;
    restoreTime();
  });

  async function start(logto: Partial<LogtoModuleOptions> = {}): Promise<void> {
    app = await startApp({
      issuer,
      controllers: [PagesController],
      logto,
      configure: (nest) =>
        nest.use((_request: Request, _response: Response, next: NextFunction) => {
          arrived();
          next();
        }),
    });
  }

  /** Makes the next discovery fail, as soon as a number of requests wait for it. */
  function failDiscoveryAwaitedBy(count: number): void {
    const latch = new Latch();
    let arrivals = 0;
    arrived = () => {
      arrivals += 1;
      if (arrivals === count) latch.release();
    };
    issuer.failNext('discovery', {
      transform: async (answer) => {
        await latch.wait();
        return { ...answer, status: 500 };
      },
    });
  }

  /** Starts Logto with one address for browsers and another one for this server. */
  async function startWithInternalEndpoint(): Promise<{ endpoint: string }> {
    // A host name and port that only browsers could reach.
    const endpoint = `http://logto.localhost:${await freePort()}`;
    issuer = await startIssuer({ endpoint, port: 0 });
    await start({ endpoint, http: { internalEndpoint: `http://localhost:${issuer.port}` } });
    return { endpoint };
  }

  const signIn = (): Promise<Page> => app.browser().open('/logto/sign-in');

  it('is requested at the first sign-in and not before', async () => {
    await app.browser().open('/user');
    await app.browser().open('/protected');
    expect(issuer.requests()).toEqual([]);

    await signIn();
    expect(issuer.countRequests('discovery')).toBe(1);
  });

  it('is requested once for parallel and later sign-ins', async () => {
    const pages = await Promise.all(Array.from({ length: 20 }, signIn));
    await signIn();

    expect(pages.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 302));
    expect(issuer.countRequests('discovery')).toBe(1);
  });

  it('is retried by the next sign-in after a failure', async () => {
    issuer.failNext('discovery', { status: 500 });

    const failed = await signIn();
    const next = await signIn();

    expect([failed.status, errorCode(failed), next.status]).toEqual([503, 'provider_unavailable', 302]);
    expect(failed.headers.getSetCookie()).toEqual([]);
    expect(failed.headers.get('retry-after')).not.toBeNull();
    expect(failed.headers.get('cache-control')).toBe('no-store');
  });

  it('is requested once for parallel sign-ins even if it fails', async () => {
    failDiscoveryAwaitedBy(10);

    const pages = await Promise.all(Array.from({ length: 10 }, signIn));

    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([503]));
    expect(issuer.countRequests('discovery')).toBe(1);
  });

  it('is not needed at startup: public pages work, and sign-in works once Logto is back', async () => {
    await issuer.pause();
    await start({});

    expect((await app.browser().open('/')).text).toBe('home');
    expect((await app.browser().open('/user')).json()).toEqual({ isAuthenticated: false });
    const away = await signIn();
    expect([away.status, errorCode(away)]).toEqual([503, 'provider_unavailable']);

    await issuer.resume();
    const browser = await app.signedInBrowser(issuer);
    expect((await browser.open('/protected')).text).toBe('hello ada');
  });

  it('is not needed for signed-in users', async () => {
    const browser = await app.signedInBrowser(issuer);
    await issuer.pause();

    expect((await browser.open('/protected')).text).toBe('hello ada');
    expect((await browser.open('/user')).json()).toMatchObject({ isAuthenticated: true });
  });

  it('times out', async () => {
    await start({ http: { timeout: 200 } });
    issuer.failNext('discovery', { delay: Number.POSITIVE_INFINITY });

    const page = await signIn();

    expect([page.status, errorCode(page)]).toEqual([503, 'provider_timeout']);
  });

  it('does not follow redirects', async () => {
    const otherServer = await OtherServer.start();
    issuer.failNext('discovery', { status: 302, headers: { location: otherServer.origin }, body: '' });

    const page = await signIn();

    expect([page.status, errorCode(page)]).toEqual([503, 'provider_unavailable']);
    expect(otherServer.requests).toEqual([]);
    expect((await signIn()).status).toBe(302);
  });

  it.each([
    [
      'an HTML page',
      'provider_unavailable',
      { status: 200, body: '<html>hello</html>', contentType: 'text/html' },
    ],
    [
      'half a document',
      'provider_unavailable',
      { status: 200, body: '{"issuer":"', contentType: 'application/json' },
    ],
    [
      'an endless document',
      'provider_unavailable',
      { status: 200, body: `{"a":"${'a'.repeat(2_000_000)}"}`, contentType: 'application/json' },
    ],
    ['a broken connection', 'provider_unavailable', { destroy: true }],
    ['404', 'provider_misconfigured', { status: 404, body: 'Not found' }],
    [
      'another issuer',
      'provider_misconfigured',
      { status: 200, body: { issuer: 'https://evil.example/oidc' } },
    ],
    ['no issuer', 'provider_misconfigured', { status: 200, body: {} }],
  ])('that is answered with %s fails with %s', async (_, problem, fault) => {
    issuer.failNext('discovery', fault);

    const page = await signIn();

    expect([page.status, errorCode(page)]).toEqual([503, problem]);
    expect((await signIn()).status).toBe(302);
  });

  it('that fails is logged with its cause, and the visitor only sees that it failed', async () => {
    const port = await freePort();
    app = await startApp({
      issuer: { endpoint: `http://localhost:${port}` },
      controllers: [PagesController],
    });
    const before = leaks.logged.length;

    const page = await signIn();

    const logged = leaks.logged.slice(before).join('\n');
    expect(logged).toMatch(/provider_unavailable[^]*ECONNREFUSED/);
    expect(logged).toContain(`http://localhost:${port}/oidc/.well-known/openid-configuration`);
    expect(page.text).not.toMatch(/ECONNREFUSED|fetch failed|node:/);
  });

  it('is repeated after a day, and falls back to the old document while Logto fails', async () => {
    await signIn();
    passTime(day + 1);
    await signIn();
    expect(issuer.countRequests('discovery')).toBe(2);

    passTime(day + 1);
    failDiscoveryAwaitedBy(3);
    const pages = await Promise.all([signIn(), signIn(), signIn()]);

    expect(pages.map(({ status }) => status)).toEqual([302, 302, 302]);
    expect(issuer.countRequests('discovery')).toBe(3);
  });

  it('does not delay every request after a day while Logto hangs', async () => {
    await start({ http: { timeout: 4000 } });
    const browser = await app.signedInBrowser(issuer);
    passTime(day + 1);
    issuer.failNext('discovery', { times: 100, delay: Number.POSITIVE_INFINITY });
    expect((await browser.open('/user-info')).status).toBe(200);

    for (const seconds of [1, 11, 11]) {
      passTime(seconds);
      const began = performance.now();
      expect((await browser.open('/user-info')).status).toBe(200);
      expect(performance.now() - began).toBeLessThan(3500);
    }
  });

  it('and every other request use `http.fetch`', async () => {
    const called: string[] = [];
    await start({
      http: {
        fetch: (input, init) => {
          called.push(new URL(new Request(input, init).url).pathname);
          return fetch(input, init);
        },
      },
    });
    const browser = await app.signedInBrowser(issuer);
    await browser.open('/user-info');
    await browser.open('/logto/sign-out');

    expect(called).toEqual([
      '/oidc/.well-known/openid-configuration',
      '/oidc/token',
      '/oidc/jwks',
      '/oidc/me',
      '/oidc/token/revocation',
    ]);
  });

  it('with http.internalEndpoint sends browsers to one address and requests to the other', async () => {
    const { endpoint } = await startWithInternalEndpoint();
    const browser = app.browser();

    const { location = '' } = await browser.open('/logto/sign-in');
    expect(new URL(location).origin).toBe(endpoint);
    const callback = await issuer.signIn(location, { username: 'ada', cookies: browser.cookies });
    expect(callback.searchParams.get('iss')).toBe(`${endpoint}/oidc`);
    expect((await browser.open(callback.href)).status).toBe(302);
    expect((await browser.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
    expect((await browser.open('/user')).json<{ claims: { iss: string } }>().claims.iss).toBe(
      callback.searchParams.get('iss'),
    );
    const out = await browser.open('/logto/sign-out');
    expect(new URL(out.location ?? '').origin).toBe(endpoint);
    expect(issuer.countRequests('revocation')).toBe(1);
  });

  it('with http.internalEndpoint does not change addresses on other hosts', async () => {
    await startWithInternalEndpoint();
    const otherServer = await OtherServer.start(async () => {
      const keys = await fetch(`http://localhost:${issuer.port}/oidc/jwks`);
      return { status: 200, headers: { 'content-type': 'application/json' }, body: await keys.text() };
    });
    issuer.failNext('discovery', {
      transform: ({ body, ...answer }) => ({
        ...answer,
        body: JSON.stringify({ ...(JSON.parse(body) as object), jwks_uri: `${otherServer.origin}/jwks?a=1` }),
      }),
    });
    const browser = app.browser();
    const { location = '' } = await browser.open('/logto/sign-in');
    const callback = await issuer.signIn(location, { username: 'ada', cookies: browser.cookies });

    expect((await browser.open(callback.href)).status).toBe(302);
    expect(otherServer.requests).toEqual(['/jwks?a=1']);
  });
});
