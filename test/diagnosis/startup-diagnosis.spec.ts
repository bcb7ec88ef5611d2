import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LogtoTestingModule } from 'nestjs-logto/testing';
import { Diagnosis } from '../../src/diagnosis/diagnosis.js';
import { LogRecorder } from '../guard/support/log-recorder.js';
import { asInTests, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { eventLoopTurns } from '../support/runner/event-loop-turns.js';
import { application, startIssuer } from '../support/logto/issuer.js';
import { until } from '../support/requests/waiting.js';

const unregistered = { appId: 'unregistered', appSecret: 'the-other-secret-of-the-specs' };
const issuer = await startIssuer({
  applications: [
    { ...application },
    {
      id: unregistered.appId,
      secret: unregistered.appSecret,
      redirectUris: ['https://app.example.com/callback'],
    },
  ],
});

describe('After an app has started', () => {
  let log: LogRecorder;

  beforeEach(() => {
    log = new LogRecorder();
    issuer.resetRequests();
  });

  afterEach(() => {
    process.env.NODE_ENV = 'test';
    issuer.clearFaults();
    log.stop();
  });

  const start = (environment: string, parts: Partial<TestAppParts> = {}): Promise<TestApp> => {
    process.env.NODE_ENV = environment;
    return startApp({ issuer, applicationOptions: { logger: log }, ...parts });
  };
  const findings = (): string[] => log.warnings.filter((line) => line.includes('nestjs-logto doctor'));

  it('in development, failed checks are logged, and nothing else', async () => {
    await start('development', { logto: { ...unregistered, baseUrl: 'http://localhost:3000' } });
    await until(() => findings().length > 0);

    expect(findings()).toEqual([
      "Redirect URI: 400 invalid_request: redirect_uri did not match any of the client's registered redirect_uris. " +
        'Add http://localhost:3000/logto/sign-in-callback in Logto Console > Applications > your application > ' +
        'Redirect URIs. (npx nestjs-logto doctor)',
    ]);
    expect(log.errors).toEqual([]);
  });

  it('in development, a Logto that is down is logged in one line', async () => {
    await issuer.pause();
    await start('development');
    await until(() => findings().length > 0);
    await issuer.resume();

    expect(findings()).toEqual([expect.stringContaining('Endpoint: connection refused')]);
    expect(log.errors).toEqual([]);
  });

  it('in development, nothing is logged if all checks pass', async () => {
    const { app } = await start('development');
    await until(() => issuer.countRequests('end_session') === 1 && issuer.countRequests('par') === 1);
    await app.close();

    expect(findings()).toEqual([]);
  });

  it('in development, a Logto that hangs delays neither startup nor shutdown, and is not logged', async () => {
    let signal: AbortSignal | null | undefined;
    const hanging: typeof fetch = (_input, init) => {
      signal = init?.signal;
      return new Promise(() => undefined);
    };
    const app = await start('development', { logto: { http: { fetch: hanging } } });
    await until(() => signal !== undefined);
    await app.close();
    await eventLoopTurns(10);

    expect(signal?.aborted).toBe(true);
    expect(findings()).toEqual([]);
  });

  it.each(['production', 'test'])('with NODE_ENV=%s, nothing is checked', async (environment) => {
    const app = await start(environment);
    await app.browser().open('/nowhere');

    expect(issuer.countRequests('discovery')).toBe(0);
  });

  it('with the testing kit, nothing is checked', async () => {
    const runs: string[] = [];
    await start('development', {
      register: ({ baseUrl = '' }) => LogtoTestingModule.forRoot({ baseUrl }),
      create: async (module, options) => {
        const app = await asInTests(module, options);
        jest.spyOn(app.get(Diagnosis), 'run').mockImplementation(() => {
          runs.push('run');
          return Promise.resolve({ ok: true, checks: [] });
        });
        return app;
      },
    });
    await eventLoopTurns(10);

    expect(runs).toEqual([]);
  });
});
