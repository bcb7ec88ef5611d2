import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { session, startApp } from '../support/app/app.js';
import { freePort } from '../support/app/free-port.js';
import type { Browser } from '../support/requests/browser.js';
import { restoreTime } from '../support/runner/clock.js';
import { expectErrorPage } from '../support/requests/expect-error-page.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';
import { signedInUser } from '../support/requests/signed-in-user.js';
import { startSignIn } from '../support/requests/start-sign-in.js';

const controllers = [PagesController];
const issuer = await startIssuer();
const app = await startApp({ issuer, controllers });

describe('The cookie of a sign-in', () => {
  let browser: Browser;

  beforeEach(() => {
    browser = app.browser();
    issuer.resetRequests();
  });

  afterEach(() => {
    jest.useRealTimers();
    restoreTime();
  });

  it('is rejected if it was changed', async () => {
    const url = await browser.authorize(issuer);
    const cookie = /(logto-sign-in[^=]*)=([^;]*)/.exec(browser.cookies.header(app.baseUrl)) ?? [];
    browser.cookies.store(app.baseUrl, setCookie(`${cookie[1]}=${tampered(cookie[2] ?? '')}`));

    expectErrorPage(await browser.open(url), 400, 'sign_in_session.invalid');
    expect(browser.cookies.header(app.baseUrl)).not.toContain('logto-sign-in');
    expect(issuer.countRequests('token')).toBe(0);
  });

  it('is rejected under the name of another sign-in', async () => {
    const first = await browser.authorize(issuer);
    const names = [...browser.cookies.header(app.baseUrl).matchAll(/logto-sign-in[^=;]*/g)].map(String);
    await startSignIn(browser);
    const cookies = browser.cookies.header(app.baseUrl).split('; ');
    const other = cookies.find(
      (cookie) => cookie.includes('logto-sign-in') && !cookie.startsWith(names[0] ?? '-'),
    );
    browser.cookies.store(app.baseUrl, setCookie(`${names[0]}=${other?.split('=')[1]}`));

    expectErrorPage(await browser.open(first), 400, 'sign_in_session.invalid');
  });

  it.each([
    [
      'accepted while the old session secret is kept next to the new one',
      ['the-new-secret', session.secret],
      302,
    ],
    ['rejected once the old session secret is gone', ['the-new-secret'], 400],
  ])('is %s', async (_, secret, status) => {
    const parts = { issuer, controllers, port: await freePort() };
    const before = await startApp(parts);
    const person = before.browser();
    const url = await person.authorize(issuer);
    await before.close();

    await startApp({ ...parts, logto: { session: { secret } } });
    expect((await person.open(url)).status).toBe(status);
    expect(await signedInUser(person)).toBe(status === 302 ? 'ada' : undefined);
  });

  it('is rejected after an hour', async () => {
    const url = await browser.authorize(issuer);
    const cookie = browser.cookies.header(app.baseUrl);
    jest.useFakeTimers({ now: Date.now() + 3601_000, doNotFake: timers });

    expectErrorPage(await browser.open(url, { cookie }), 400, 'sign_in_session.invalid');
  });

  it('is accepted shortly before that', async () => {
    const { location } = await startSignIn(browser);
    jest.useFakeTimers({ now: Date.now() + 3590_000, doNotFake: timers });

    const url = await issuer.signIn(location, { username: 'ada', cookies: browser.cookies });
    expect((await browser.open(url.href)).status).toBe(302);
  });
});

function setCookie(cookie: string): Pick<Response, 'headers'> {
  return { headers: new Headers({ 'set-cookie': `${cookie}; Path=/` }) };
}

/** The same value with one character in its middle changed. */
function tampered(value: string): string {
  const middle = Math.floor(value.length / 2);
  return `${value.slice(0, middle)}${value[middle] === 'A' ? 'B' : 'A'}${value.slice(middle + 1)}`;
}

/** Timers that stay real while the clock is moved. */
const timers: (
  | 'nextTick'
  | 'hrtime'
  | 'performance'
  | 'queueMicrotask'
  | `${'set' | 'clear'}${'Immediate' | 'Interval' | 'Timeout'}`
)[] = [
  'nextTick',
  'hrtime',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
];
