import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { session, startApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { endSessionAtLogto } from '../support/logto/end-session-at-logto.js';
import { errorCode } from '../support/requests/error-code.js';
import { resource, startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { registerBackChannelLogout } from '../support/logto/register-back-channel-logout.js';
import { tokenOptions, tokenTenant } from '../support/app/token-app.js';
import { TokensController } from '../support/controllers/tokens.controller.js';
import { resourceTokenPath } from '../support/logto/token-path.js';
import { until } from '../support/requests/waiting.js';
import { hang, Recorder } from './support/recorder.js';

const hour = 3600;
const issuer = await startIssuer(tokenTenant);
const store = new MemorySessionStore();
const parts = {
  issuer,
  controllers: [TokensController, PagesController],
  providers: [Recorder],
  logto: {
    ...tokenOptions,
    hookTimeout: 100,
    lifetime: { absolute: 10 * hour, idle: 5 * hour },
    session: { ...session, store },
  },
};
const app = await startApp(parts);
const other = await startApp({ ...parts, instanceOf: app });
const recorder = app.app.get(Recorder);
const recorderOfOther = other.app.get(Recorder);
let browser: Browser;

beforeEach(async () => {
  browser = await app.signedInBrowser(issuer);
  recorder.reset();
  recorderOfOther.reset();
});

afterEach(() => {
  recorder.reset();
  restoreTime();
  issuer.restoreUser('ada');
});

describe('@OnSignOut()', () => {
  it('runs when the user signs out, with the request, once the session has ended', async () => {
    let sessions: string[] = [];
    recorder.act = () => (sessions = store.keys().filter((key) => !key.startsWith('logto-')));
    const before = store.keys().filter((key) => !key.startsWith('logto-'));
    await browser.open('/logto/sign-out');

    expect(recorder.signOuts).toMatchObject([{ sub: 'ada', reason: 'user' }]);
    expect(recorder.signOuts[0]?.request?.path).toBe('/logto/sign-out');
    expect(sessions).toHaveLength(before.length - 1);
  });

  it('does not run when an anonymous visitor signs out', async () => {
    await app.browser().open('/logto/sign-out');

    expect(recorder.signOuts).toEqual([]);
  });

  it('runs once for a double click', async () => {
    await Promise.all([browser.open('/logto/sign-out'), browser.open('/logto/sign-out')]);

    expect(recorder.signOuts).toHaveLength(1);
  });

  it('runs when Logto sends a logout token, with the sid', async () => {
    registerBackChannelLogout(issuer, app);
    const phone = await app.signedInBrowser(issuer, 'bob');
    await endSessionAtLogto(issuer, app, phone);

    expect(recorder.signOuts).toEqual([{ sub: 'bob', sid: expect.any(String), reason: 'back_channel' }]);
  });

  it.each([
    { reason: 'idle', after: 6 * hour },
    { reason: 'absolute', after: 11 * hour },
  ])('runs once when the lifetime is over: $reason', async ({ reason, after }) => {
    passTime(after);
    await browser.open('/user');
    await until(() => recorder.signOuts.length > 0);
    await browser.open('/user');
    // Another instance finds the tokens deleted.
    await browser.open(`${other.baseUrl}/user`);
    await browser.open(`${other.baseUrl}/user`);

    expect(recorder.signOuts).toMatchObject([{ sub: 'ada', reason }]);
    expect(recorderOfOther.signOuts).toEqual([]);
  });

  it('runs when Logto rejects a refresh', async () => {
    issuer.suspendUser('ada');
    await browser.open('/refresh');

    expect(recorder.signOuts).toMatchObject([{ sub: 'ada', reason: 'provider' }]);
  });

  it('runs when the app clears all tokens', async () => {
    await browser.fetch('/clear-all-tokens');

    expect(recorder.signOuts).toMatchObject([{ sub: 'ada', reason: 'user' }]);
  });

  it.each([
    {
      what: 'throws',
      act: () => {
        throw new Error('the queue is down');
      },
      logged: 'the queue is down',
    },
    { what: 'hangs', act: hang, logged: 'has not finished within 100 ms' },
  ])('cannot prevent the sign-out if it $what, which is logged with its name', async ({ act, logged }) => {
    recorder.act = act;
    const before = leaks.logged.length;
    const page = await browser.open('/logto/sign-out');

    expect(page.location).toContain('/session/end');
    expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
    const lines = leaks.logged.slice(before).join('\n');
    expect(lines).toContain('Recorder.onSignOut (@OnSignOut())');
    expect(lines).toContain(logged);
  });
});

describe('@OnTokenRefresh()', () => {
  it('gets the target and the new claims', async () => {
    await browser.fetch(resourceTokenPath);

    expect(recorder.refreshes).toMatchObject([
      { sub: 'ada', target: { resource }, claims: { sub: 'ada', name: 'Ada Lovelace' } },
    ]);
  });

  it('runs once for requests that share a refresh, and not for a cached token', async () => {
    await Promise.all(Array.from({ length: 5 }, () => browser.fetch(resourceTokenPath)));
    await browser.fetch(resourceTokenPath);

    expect(recorder.refreshes).toHaveLength(1);
  });

  it('cannot make the request fail', async () => {
    recorder.act = () => {
      throw new Error('the queue is down');
    };
    expect((await browser.fetch(resourceTokenPath)).status).toBe(200);
  });

  it('does not block another refresh of the sign-in while it hangs', async () => {
    const patient = await startApp({ ...parts, logto: { ...parts.logto, hookTimeout: 600_000 } });
    const hooks = patient.app.get(Recorder);
    let release = (): void => undefined;
    const blocked = new Promise<void>((resolve) => (release = resolve));
    const mine = await patient.signedInBrowser(issuer);
    hooks.act = () => (hooks.refreshes.length === 1 ? blocked : undefined);
    const slow = mine.fetch(resourceTokenPath);
    await until(() => hooks.refreshes.length === 1);

    expect((await mine.fetch('/refresh')).status).toBe(200);
    release();
    expect((await slow).status).toBe(200);
  });
});

describe('@OnSignInFailed()', () => {
  it('gets the code, the error and the request before the error page is sent', async () => {
    const visitor = app.browser();
    const url = await visitor.authorize(issuer);
    issuer.failNext('token', { status: 500 });
    const page = await visitor.open(url);

    expect(recorder.failures).toMatchObject([{ code: errorCode(page), error: { code: errorCode(page) } }]);
    expect(recorder.failures[0]?.request.path).toBe('/logto/sign-in-callback');
  });

  it.each([
    {
      what: 'throws',
      act: () => {
        throw new Error('the queue is down');
      },
    },
    { what: 'hangs', act: hang },
  ])('does not replace the error page if it $what', async ({ act }) => {
    recorder.act = act;
    const page = await app.browser().open('/logto/sign-in-callback?code=x&state=y');

    expect([page.status, errorCode(page)]).toEqual([400, 'callback_invalid']);
    expect(recorder.failures).toHaveLength(1);
  });
});
