import { beforeEach, describe, expect, it } from '@jest/globals';
import { ForbiddenException } from '@nestjs/common';
import type { LogtoLock } from 'nestjs-logto';
import { session, startApp } from '../support/app/app.js';
import { errorCode } from '../support/requests/error-code.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { signedInUser } from '../support/requests/signed-in-user.js';
import { hang, Recorder } from './support/recorder.js';

/** A lock that two apps share, as instances share one on Redis. */
class SharedLock implements LogtoLock {
  private tail: Promise<unknown> = Promise.resolve();

  run<T>(_key: string, fn: () => Promise<T>): Promise<T> {
    const turn = this.tail.then(fn);
    this.tail = turn.catch(() => undefined);
    return turn;
  }
}

const issuer = await startIssuer();
const parts = {
  issuer,
  controllers: [PagesController],
  providers: [Recorder],
  logto: {
    hookTimeout: 200,
    lock: new SharedLock(),
    session: { ...session, store: new MemorySessionStore() },
  },
};
const one = await startApp(parts);
const other = await startApp({ ...parts, instanceOf: one });
const recorders = [one, other].map(({ app }) => app.get(Recorder));

const count = (events: 'signIns' | 'failures' | 'signOuts'): number =>
  recorders.reduce((sum, recorder) => sum + recorder[events].length, 0);

describe('A callback that arrives twice', () => {
  beforeEach(() => {
    for (const recorder of recorders) recorder.reset();
    issuer.resetRequests();
  });

  it('runs @OnSignIn() once on one instance', async () => {
    const browser = one.browser();
    const url = await browser.authorize(issuer);
    const answers = await Promise.all([browser.open(url), browser.open(url)]);

    expect(answers.map(({ status }) => status)).toEqual([302, 302]);
    expect(count('signIns')).toBe(1);
  });

  it('shares a refusal, which is one failed sign-in', async () => {
    const [recorder] = recorders;
    if (recorder)
      recorder.act = (hook) => {
        if (hook === 'signIn') throw new ForbiddenException();
      };
    const browser = one.browser();
    const url = await browser.authorize(issuer);
    const answers = await Promise.all([browser.open(url), browser.open(url)]);

    expect(answers.map((page) => errorCode(page))).toEqual(['sign_in_refused', 'sign_in_refused']);
    expect([count('signIns'), count('failures')]).toEqual([1, 1]);
  });

  describe('at two instances with a lock', () => {
    it('runs @OnSignIn() once, and both responses sign the browser in', async () => {
      const browser = one.browser();
      const url = await browser.authorize(issuer);
      const cookie = browser.cookies.header(one.baseUrl);
      const answers = await Promise.all(
        [url, url.replace(one.baseUrl, other.baseUrl)].map((each) => one.browser().open(each, { cookie })),
      );

      expect(count('signIns')).toBe(1);
      for (const answer of answers) {
        const landed = one.browser();
        landed.cookies.store(one.baseUrl, answer);
        expect(await signedInUser(landed)).toBe('ada');
      }
    });

    it.each([
      {
        hook: 'that refuses',
        act: () => {
          throw new ForbiddenException('Your account is closed.');
        },
        status: 403,
        code: 'sign_in_refused',
      },
      { hook: 'that hangs', act: hang, status: 503, code: 'hook_timeout' },
    ])('gets the same response from a hook $hook, with one code exchange', async ({ act, status, code }) => {
      for (const recorder of recorders) recorder.act = (hook) => (hook === 'signIn' ? act() : undefined);
      const browser = one.browser();
      const url = await browser.authorize(issuer);
      const cookie = browser.cookies.header(one.baseUrl);
      const answers = await Promise.all(
        [url, url.replace(one.baseUrl, other.baseUrl)].map((each) => one.browser().open(each, { cookie })),
      );

      expect(answers.map((page) => [page.status, errorCode(page)])).toEqual([
        [status, code],
        [status, code],
      ]);
      expect([count('signIns'), issuer.countRequests('token')]).toEqual([1, 1]);
    });
  });
});
