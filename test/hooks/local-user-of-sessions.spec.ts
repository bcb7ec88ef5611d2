import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConflictException, ForbiddenException } from '@nestjs/common';
import { session, startApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { errorCode } from '../support/requests/error-code.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { signedInUser } from '../support/requests/signed-in-user.js';
import { tokenOptions, tokenTenant } from '../support/app/token-app.js';
import { TokensController } from '../support/controllers/tokens.controller.js';
import { hang, Recorder } from './support/recorder.js';
import { LocalUserController, Users } from './support/users.js';

const hour = 3600;
const issuer = await startIssuer(tokenTenant);
const store = new MemorySessionStore();
const parts = {
  issuer,
  controllers: [LocalUserController, PagesController, TokensController],
  providers: [Recorder, Users],
  logto: { ...tokenOptions, hookTimeout: 200, session: { ...session, store } },
};
const app = await startApp(parts);
const users = app.app.get(Users);
const recorder = app.app.get(Recorder);
let browser: Browser;

beforeEach(() => {
  browser = app.browser();
});

afterEach(() => {
  users.reset();
  recorder.reset();
  restoreTime();
});

const localUser = async (): Promise<unknown> =>
  (await browser.fetch('/local')).json<{ localUser: unknown }>().localUser;

describe('The user resolver at a sign-in', () => {
  it('gets the claims, the credential and the request', async () => {
    await browser.signIn(issuer);

    expect(users.calls).toMatchObject([{ claims: { sub: 'ada' }, resolution: { credential: 'session' } }]);
    expect(users.calls[0]?.resolution.request.path).toBe('/logto/sign-in-callback');
  });

  it('is called once, after the hooks, and every instance has the result', async () => {
    let callsBefore = -1;
    recorder.act = () => (callsBefore = users.calls.length);
    await browser.signIn(issuer);
    const other = await startApp({ ...parts, instanceOf: app });

    expect(callsBefore).toBe(0);
    expect(await localUser()).toEqual({ id: 1, sub: 'ada' });
    expect((await browser.fetch(`${other.baseUrl}/local`)).json()).toEqual({
      localUser: { id: 1, sub: 'ada' },
    });
    expect((await browser.fetch('/user')).json()).toMatchObject({ localUser: { id: 1 } });
    expect([users.calls.length, other.app.get(Users).calls.length]).toEqual([1, 0]);
  });

  it('refuses the sign-in by returning null: an error page with 403, no session and no tokens', async () => {
    users.result = () => null;
    const known = new Set(store.keys());
    const page = await browser.signIn(issuer);

    expect([page.status, errorCode(page)]).toEqual([403, 'user_not_allowed']);
    expect(store.keys().filter((key) => !known.has(key))).toEqual([]);
    expect(await signedInUser(browser)).toBeUndefined();
    expect(recorder.failures).toMatchObject([{ code: 'user_not_allowed' }]);
  });

  it('keeps the status and message of an HttpException', async () => {
    users.result = () => {
      throw new ConflictException('Your email is taken.');
    };
    const page = await browser.signIn(issuer);

    expect([page.status, errorCode(page)]).toEqual([409, 'user_not_allowed']);
    expect(page.text).toContain('Your email is taken.');
  });

  it.each([
    {
      what: 'throws',
      answer: () => {
        throw new Error('the database is down');
      },
      status: 500,
      code: 'hook_failed',
      logged: 'Users.resolve (@LogtoUserResolver()) has thrown an error',
    },
    {
      what: 'hangs',
      answer: hang,
      status: 503,
      code: 'hook_timeout',
      logged: 'has not finished within 200 ms',
    },
    {
      what: 'returns nothing',
      answer: () => undefined,
      status: 500,
      code: 'local_user_invalid',
      logged: 'returned undefined',
    },
    {
      what: 'returns no JSON',
      answer: () => ({ id: 1n }),
      status: 500,
      code: 'local_user_invalid',
      logged: 'not JSON',
    },
    {
      what: 'returns a number that JSON does not have',
      answer: () => Number('seven'),
      status: 500,
      code: 'local_user_invalid',
      logged: 'returned a value that is null as JSON',
    },
    {
      what: 'returns more than 4 kB',
      answer: () => ({ note: 'é'.repeat(2048) }),
      status: 500,
      code: 'local_user_invalid',
      logged: '4107 bytes of JSON, and at most 4096',
    },
  ])('fails the sign-in if it $what', async ({ answer, status, code, logged }) => {
    users.result = answer;
    const before = leaks.logged.length;
    const page = await browser.signIn(issuer);

    expect([page.status, errorCode(page)]).toEqual([status, code]);
    expect(leaks.logged.slice(before).join('\n')).toContain(logged);
    expect(await signedInUser(browser)).toBeUndefined();
  });

  it('may return 4 kB', async () => {
    users.result = () => ({ note: 'x'.repeat(4096 - 11) });
    await browser.signIn(issuer);

    expect(await localUser()).toEqual({ note: 'x'.repeat(4085) });
  });
});

describe('The user resolver at a refresh of the claims', () => {
  beforeEach(async () => {
    await browser.signIn(issuer);
    users.reset();
  });

  it('is called again, and every instance has the new result', async () => {
    users.result = () => ({ id: 2 });
    passTime(hour + 1);

    expect(await localUser()).toEqual({ id: 2 });
    const other = await startApp({ ...parts, instanceOf: app });
    expect((await browser.fetch(`${other.baseUrl}/local`)).json()).toEqual({ localUser: { id: 2 } });
    expect([users.calls.length, other.app.get(Users).calls.length]).toEqual([1, 0]);
  });

  it('has its new result stored although the claims are the same', async () => {
    users.result = () => ({ id: 3 });
    await browser.fetch('/refresh');
    const other = await startApp({ ...parts, instanceOf: app });

    expect((await browser.fetch(`${other.baseUrl}/local`)).json()).toEqual({ localUser: { id: 3 } });
  });

  it('ends the sign-in by returning null, and the next sign-in is refused', async () => {
    users.result = () => null;
    passTime(hour + 1);

    expect((await browser.open('/local')).location).toContain('/logto/sign-in');
    expect(await signedInUser(browser)).toBeUndefined();
    expect(recorder.signOuts).toMatchObject([{ sub: 'ada', reason: 'revoked' }]);
    const page = await browser.signIn(issuer);
    expect([page.status, errorCode(page)]).toEqual([403, 'user_not_allowed']);
  });

  it.each([
    {
      what: 'throws',
      answer: () => {
        throw new Error('the database is down');
      },
    },
    {
      what: 'throws an HttpException',
      answer: () => {
        throw new ForbiddenException('not now');
      },
    },
    { what: 'hangs', answer: hang },
    { what: 'returns nothing', answer: () => undefined },
  ])('keeps the old local user if it $what, and is called again after 30 seconds', async ({ answer }) => {
    users.result = answer;
    issuer.updateUser('ada', { name: 'Augusta' });
    passTime(hour + 1);
    const before = leaks.logged.length;
    expect(await localUser()).toEqual({ id: 1, sub: 'ada' });
    expect(await localUser()).toEqual({ id: 1, sub: 'ada' });
    expect(users.calls).toHaveLength(1);
    expect(leaks.logged.slice(before).join('\n')).toMatch(/Users\.resolve|not now/);

    // The claims are the new ones nevertheless.
    expect((await browser.fetch('/user')).json()).toMatchObject({ claims: { name: 'Augusta' } });
    users.result = () => ({ id: 4 });
    passTime(31);
    expect(await localUser()).toEqual({ id: 4 });
    expect(await localUser()).toEqual({ id: 4 });
    expect(users.calls).toHaveLength(2);
    issuer.updateUser('ada', { name: 'Ada Lovelace' });
    passTime(120);
  });

  it('is called by another instance if it has failed on this one', async () => {
    users.result = () => {
      throw new Error('the database is down');
    };
    passTime(hour + 1);
    await localUser();
    const other = await startApp({ ...parts, instanceOf: app });
    other.app.get(Users).result = () => ({ id: 5 });

    expect((await browser.fetch(`${other.baseUrl}/local`)).json()).toEqual({ localUser: { id: 5 } });
  });
});

describe('An app without a resolver', () => {
  it('has no local user in the context', async () => {
    const plain = await startApp({ issuer, controllers: [PagesController] });
    const visitor = await plain.signedInBrowser(issuer);

    expect((await visitor.fetch('/user')).json()).not.toHaveProperty('localUser');
  });
});
