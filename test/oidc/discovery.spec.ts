import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NextFunction, Request, Response } from 'express';
import type { LogtoModuleOptions } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { freePort, startApp, type TestApp } from '../support/app.js';
import type { Page } from '../support/browser.js';
import { passTime, restoreTime } from '../support/clock.js';
import { Elsewhere } from '../support/elsewhere.js';
import { Gate } from '../support/gates.js';
import { startIssuer } from '../support/issuer.js';
import { leaks } from '../support/leaks.js';
import { PagesController } from '../support/pages.js';

const day = 24 * 60 * 60;

const code = (page: Page): string | undefined => /<code>(.*)<\/code>/.exec(page.text)?.[1];

describe('Finding Logto', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  /** Called for each request that comes to the app. */
  let arrived = (): void => undefined;

  beforeEach(async () => {
    issuer = await startIssuer();
    await start();
  });

  afterEach(async () => {
    arrived = () => undefined;
    restoreTime();
    await app.close();
    await issuer.close();
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

  /** Lets the next discovery fail, but not before so many requests have come to the app. */
  function failOnceAwaitedBy(count: number): void {
    const gate = new Gate();
    let arrivals = 0;
    arrived = () => {
      arrivals += 1;
      if (arrivals === count) gate.release();
    };
    issuer.failNext('discovery', {
      transform: async (answer) => {
        await gate.pass();
        return { ...answer, status: 500 };
      },
    });
  }

  async function restart(logto: Partial<LogtoModuleOptions>): Promise<void> {
    await app.close();
    await start(logto);
  }

  const signIn = (): Promise<Page> => app.browser().open('/logto/sign-in');

  it('waits until somebody signs in', async () => {
    await app.browser().open('/user');
    await app.browser().open('/protected');
    expect(issuer.requests()).toEqual([]);

    await signIn();
    expect(issuer.countRequests('discovery')).toBe(1);
  });

  it('is done once, for all sign-ins that begin at the same time and later', async () => {
    const pages = await Promise.all(Array.from({ length: 20 }, signIn));
    await signIn();

    expect(pages.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 302));
    expect(issuer.countRequests('discovery')).toBe(1);
  });

  it('is tried again at once after it has failed', async () => {
    issuer.failNext('discovery', { status: 500 });

    const failed = await signIn();
    const next = await signIn();

    expect([failed.status, code(failed), next.status]).toEqual([503, 'provider_unavailable', 302]);
    expect(failed.headers.getSetCookie()).toEqual([]);
    expect(failed.headers.get('retry-after')).not.toBeNull();
    expect(failed.headers.get('cache-control')).toBe('no-store');
  });

  it('shares a failure too: those who wait for it do not all ask', async () => {
    failOnceAwaitedBy(10);

    const pages = await Promise.all(Array.from({ length: 10 }, signIn));

    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([503]));
    expect(issuer.countRequests('discovery')).toBe(1);
  });

  it('is not needed for the app to start: public pages work, and sign-in recovers by itself', async () => {
    await issuer.pause();
    await restart({});

    expect((await app.browser().open('/')).text).toBe('home');
    expect((await app.browser().open('/user')).json()).toEqual({ isAuthenticated: false });
    const away = await signIn();
    expect([away.status, code(away)]).toEqual([503, 'provider_unavailable']);

    await issuer.resume();
    const browser = app.browser();
    await browser.signIn(issuer);
    expect((await browser.open('/protected')).text).toBe('hello ada');
  });

  it('asks nothing of Logto for those who are signed in', async () => {
    const browser = app.browser();
    await browser.signIn(issuer);
    await issuer.pause();

    expect((await browser.open('/protected')).text).toBe('hello ada');
    expect((await browser.open('/user')).json()).toMatchObject({ isAuthenticated: true });
  });

  it('gives up in time', async () => {
    await restart({ http: { timeout: 200 } });
    issuer.failNext('discovery', { delay: Number.POSITIVE_INFINITY });

    const page = await signIn();

    expect([page.status, code(page)]).toEqual([503, 'provider_timeout']);
  });

  it('follows no redirect to elsewhere', async () => {
    const elsewhere = await Elsewhere.start();
    issuer.failNext('discovery', { status: 302, headers: { location: elsewhere.origin }, body: '' });

    const page = await signIn();

    expect([page.status, code(page)]).toEqual([503, 'provider_unavailable']);
    expect(elsewhere.requests).toEqual([]);
    expect((await signIn()).status).toBe(302);
    await elsewhere.close();
  });

  it.each([
    [
      'a page of a proxy',
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
    ['nothing there', 'provider_misconfigured', { status: 404, body: 'Not found' }],
    [
      'another issuer',
      'provider_misconfigured',
      { status: 200, body: { issuer: 'https://evil.example/oidc' } },
    ],
    ['no issuer', 'provider_misconfigured', { status: 200, body: {} }],
  ])('meets %s with %s', async (_, problem, fault) => {
    issuer.failNext('discovery', fault);

    const page = await signIn();

    expect([page.status, code(page)]).toEqual([503, problem]);
    expect((await signIn()).status).toBe(302);
  });

  it('tells the operator what was beneath a failure, and the visitor only that it failed', async () => {
    const port = await freePort();
    await app.close();
    app = await startApp({
      issuer: { endpoint: `http://localhost:${port}` },
      controllers: [PagesController],
    });
    const before = leaks.logged.length;

    const page = await signIn();

    const told = leaks.logged.slice(before).join('\n');
    expect(told).toMatch(/provider_unavailable[^]*ECONNREFUSED/);
    expect(told).toContain(`http://localhost:${port}/oidc/.well-known/openid-configuration`);
    expect(page.text).not.toMatch(/ECONNREFUSED|fetch failed|node:/);
  });

  it('is looked at anew after a day, and an old document beats none while Logto is away', async () => {
    await signIn();
    passTime(day + 1);
    await signIn();
    expect(issuer.countRequests('discovery')).toBe(2);

    passTime(day + 1);
    failOnceAwaitedBy(3);
    const pages = await Promise.all([signIn(), signIn(), signIn()]);

    expect(pages.map(({ status }) => status)).toEqual([302, 302, 302]);
    expect(issuer.countRequests('discovery')).toBe(3);
  });

  it('is not waited for again and again after a day, while Logto hangs', async () => {
    await restart({ http: { timeout: 1500 } });
    const browser = app.browser();
    await browser.signIn(issuer);
    passTime(day + 1);
    issuer.failNext('discovery', { times: 100, delay: Number.POSITIVE_INFINITY });
    expect((await browser.open('/user-info')).status).toBe(200);

    for (const seconds of [1, 11, 11]) {
      passTime(seconds);
      const began = performance.now();
      expect((await browser.open('/user-info')).status).toBe(200);
      expect(performance.now() - began).toBeLessThan(500);
    }
  });

  it('makes every call by the fetch of the options, for a proxy or tracing', async () => {
    const called: string[] = [];
    await restart({
      http: {
        fetch: (input, init) => {
          called.push(new URL(new Request(input, init).url).pathname);
          return fetch(input, init);
        },
      },
    });
    const browser = app.browser();
    await browser.signIn(issuer);
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

  it('sends browsers to one address of Logto and calls another where this server needs it', async () => {
    const inside = issuer;
    const port = await freePort();
    // A name and port that only browsers could reach.
    issuer = await startIssuer({ endpoint: `http://logto.localhost:${port}`, port: 0 });
    await inside.close();
    await restart({
      endpoint: `http://logto.localhost:${port}`,
      http: { internalEndpoint: `http://localhost:${issuer.port}` },
    });
    const browser = app.browser();

    const { location = '' } = await browser.open('/logto/sign-in');
    expect(new URL(location).origin).toBe(`http://logto.localhost:${port}`);
    const callback = await issuer.signIn(location, { username: 'ada', cookies: browser.cookies });
    expect(callback.searchParams.get('iss')).toBe(`http://logto.localhost:${port}/oidc`);
    expect((await browser.open(callback.href)).status).toBe(302);
    expect((await browser.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
    expect((await browser.open('/user')).json<{ claims: { iss: string } }>().claims.iss).toBe(
      callback.searchParams.get('iss'),
    );
    const out = await browser.open('/logto/sign-out');
    expect(new URL(out.location ?? '').origin).toBe(`http://logto.localhost:${port}`);
    expect(issuer.countRequests('revocation')).toBe(1);
  });

  it('calls what the documents name on another host where it is, whatever address Logto itself has inside', async () => {
    const inside = issuer;
    const port = await freePort();
    issuer = await startIssuer({ endpoint: `http://logto.localhost:${port}`, port: 0 });
    await inside.close();
    const elsewhere = await Elsewhere.start(async () => {
      const keys = await fetch(`http://localhost:${issuer.port}/oidc/jwks`);
      return { status: 200, headers: { 'content-type': 'application/json' }, body: await keys.text() };
    });
    issuer.failNext('discovery', {
      transform: ({ body, ...answer }) => ({
        ...answer,
        body: JSON.stringify({ ...(JSON.parse(body) as object), jwks_uri: `${elsewhere.origin}/jwks?a=1` }),
      }),
    });
    await restart({
      endpoint: `http://logto.localhost:${port}`,
      http: { internalEndpoint: `http://localhost:${issuer.port}` },
    });
    const browser = app.browser();
    const { location = '' } = await browser.open('/logto/sign-in');
    const callback = await issuer.signIn(location, { username: 'ada', cookies: browser.cookies });

    expect((await browser.open(callback.href)).status).toBe(302);
    expect(elsewhere.requests).toEqual(['/jwks?a=1']);
    await elsewhere.close();
  });
});
