import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { LogtoModule, type LogtoModuleOptions } from 'nestjs-logto';
import { useLogtoTesting } from 'nestjs-logto/testing';
import { startApi } from '../guard/support/api.js';
import { startApp, type TestApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { expectSignInWorks } from '../support/app/expect-sign-in-works.js';
import { application, resource, startIssuer } from '../support/logto/issuer.js';
import { closeLater } from '../support/runner/leftovers.js';
import { validOptions } from '../support/app/options.js';
import { PagesController } from '../support/requests/pages.js';
import { HealthModule } from './support/health.module.js';
import { probe, probes } from './support/probe.js';

const hour = 3600;
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const unreached = expect.stringContaining('Logto has not responded since startup');

const issuer = await startIssuer();

const start = (logto: Partial<LogtoModuleOptions> = {}): Promise<TestApp> =>
  startApp({ issuer, imports: [HealthModule], controllers: [PagesController], logto });

beforeEach(() => issuer.resetRequests());

afterEach(() => {
  issuer.clearFaults();
  restoreTime();
});

describe('The health of an app whose Logto answers', () => {
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    app = await start();
    browser = await app.signedInBrowser(issuer);
  });

  it('is up, with the last calls to Logto', async () => {
    const { http, logto } = await probe(app);

    expect(http).toBe(200);
    expect(logto).toEqual({
      status: 'up',
      provider: 'up',
      lastDiscovery: { call: 'discovery', at: time },
      lastSuccess: { call: 'code exchange', at: time },
      sessionStore: 'up',
    });
  });

  it('is checked without a request to Logto, even when cached documents have expired', async () => {
    passTime(25 * hour);
    await probes(app);
    await probe(app);

    expect(issuer.requests()).toEqual([]);
  });

  it('has no secrets and no data of users in it', async () => {
    passTime(hour + 1);
    await browser.open('/user-info');
    const { logto, text } = await probe(app);

    expect(logto.lastSuccess?.call).toBe('userinfo');
    expect(text).not.toMatch(new RegExp(`ada|${application.secret}|${issuer.endpoint}`));
  });

  it('does not change when Logto rejects the request of one user', async () => {
    const refused = await app.signedInBrowser(issuer, 'bob');
    issuer.suspendUser('bob');
    passTime(hour + 1);
    expect((await refused.fetch('/protected')).status).toBe(401);
    issuer.restoreUser('bob');

    const { logto } = await probe(app);
    expect(logto).toMatchObject({ status: 'up', provider: 'up', lastSuccess: { call: 'refresh' } });
    expect(logto).not.toHaveProperty('lastFailure');
  });
});

describe('The health of an app whose Logto becomes unavailable', () => {
  let app: TestApp;
  let browser: Browser;

  beforeEach(async () => {
    app = await start();
    browser = await app.signedInBrowser(issuer);
    issuer.failNext('token', { status: 500, times: 1000 });
    issuer.failNext('discovery', { status: 500, times: 1000 });
    passTime(hour + 1);
  });

  it('is up with the failure, because users stay signed in', async () => {
    expect((await browser.open('/protected')).text).toBe('hello ada');
    issuer.resetRequests();
    passTime(hour);
    const [{ http, logto } = { http: 0, logto: undefined }] = await probes(app);

    expect(http).toBe(200);
    expect(logto).toMatchObject({
      status: 'up',
      provider: 'failing',
      lastSuccess: { call: 'code exchange' },
      lastFailure: { call: 'refresh', code: 'provider_unavailable' },
    });
    expect(issuer.requests()).toEqual([]);
  });

  it('is up again without a failing provider once Logto answers, with the last failure', async () => {
    await browser.open('/protected');
    issuer.clearFaults();
    passTime(31);
    await browser.open('/protected');

    expect((await probe(app)).logto).toMatchObject({
      provider: 'up',
      lastSuccess: { call: 'refresh' },
      lastFailure: { call: 'refresh', code: 'provider_unavailable' },
    });
  });
});

describe('The health of an app that starts', () => {
  it('makes one request to Logto, for all checks together', async () => {
    const app = await start();

    for (const { http, logto } of await probes(app)) expect([http, logto.provider]).toEqual([200, 'up']);
    await probe(app);
    expect(issuer.requests().map(({ endpoint }) => endpoint)).toEqual(['discovery']);
  });

  it('is down until Logto has answered, which is tried every 30 seconds', async () => {
    issuer.failNext('discovery', { status: 500, times: 1000 });
    const app = await start();

    for (const { http, logto } of await probes(app)) {
      expect(http).toBe(503);
      expect(logto).toEqual({
        status: 'down',
        message: unreached,
        provider: 'failing',
        lastDiscovery: { call: 'discovery', at: time, code: 'provider_unavailable' },
        lastFailure: { call: 'discovery', at: time, code: 'provider_unavailable' },
        sessionStore: 'up',
      });
    }
    expect((await probe(app)).http).toBe(503);
    expect(issuer.countRequests('discovery')).toBe(1);

    issuer.clearFaults();
    passTime(31);
    expect((await probe(app)).http).toBe(200);
  });

  it('is up once a user has signed in', async () => {
    issuer.failNext('discovery', { status: 500 });
    const app = await start();
    expect((await probe(app)).http).toBe(503);
    await expectSignInWorks(app, issuer);

    expect((await probe(app)).logto).toMatchObject({ status: 'up', provider: 'up' });
  });

  it('is up before Logto has answered, with `requireLogto: false`', async () => {
    issuer.failNext('discovery', { status: 500, times: 1000 });
    const app = await start();

    const { http, logto } = await probe(app, 'lenient');
    expect([http, logto.provider, logto.message]).toEqual([200, 'failing', undefined]);
  });

  it('is known within a second while Logto hangs', async () => {
    issuer.failNext('discovery', { delay: Number.POSITIVE_INFINITY, times: 1000 });
    const app = await start({ http: { timeout: 60_000 } });

    for (const { http, logto } of await probes(app)) {
      expect([http, logto.provider, logto.message]).toEqual([503, 'unknown', unreached]);
    }
    await probe(app);
    expect(issuer.countRequests('discovery')).toBe(1);
  });

  it('names a wrong `endpoint`', async () => {
    const app = await start({ endpoint: `${issuer.endpoint}/elsewhere` });

    expect((await probe(app)).logto).toMatchObject({
      status: 'down',
      lastFailure: { call: 'discovery', code: 'provider_misconfigured' },
    });
  });
});

it('The health of an app names a wrong `appSecret`', async () => {
  const app = await start({ appSecret: 'a-wrong-secret-of-this-application' });
  const browser = app.browser();
  await browser.open(await browser.authorize(issuer));

  expect((await probe(app)).logto).toMatchObject({
    status: 'up',
    provider: 'failing',
    lastFailure: { call: 'code exchange', code: 'invalid_client' },
  });
});

describe('The health of an app that only accepts bearer tokens', () => {
  const startBearerOnly = (): Promise<TestApp> => startApi({ issuer, imports: [HealthModule] });

  it('is up, without a session store', async () => {
    const { http, logto } = await probe(await startBearerOnly());

    expect(http).toBe(200);
    expect(logto).toEqual({
      status: 'up',
      provider: 'up',
      lastDiscovery: { call: 'discovery', at: time },
      lastSuccess: { call: 'discovery', at: time },
    });
  });

  it('is down until Logto has answered', async () => {
    issuer.failNext('discovery', { status: 500, times: 1000 });

    expect(await probe(await startBearerOnly())).toMatchObject({ http: 503, logto: { message: unreached } });
  });
});

it('The health of an app under test is up, without Logto', async () => {
  const logto = { ...validOptions, api: { audience: resource } };
  const imports = [LogtoModule.forRoot(logto), HealthModule];
  const module = await useLogtoTesting(Test.createTestingModule({ imports })).compile();
  const app = module.createNestApplication({ logger: false });
  closeLater(app);
  await app.listen(0);

  const { http, logto: health } = await probe({ baseUrl: await app.getUrl() });
  expect([http, health.provider]).toEqual([200, 'up']);
});
