import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConflictException, Controller, ForbiddenException, Injectable } from '@nestjs/common';
import { LogtoUnauthenticatedException, OnSignIn, LogtoSignInEvent } from 'nestjs-logto';
import { session, startApp } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { errorCode } from '../support/requests/error-code.js';
import { expectErrorPage } from '../support/requests/expect-error-page.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { signedInUser } from '../support/requests/signed-in-user.js';
import { hang, Recorder } from './support/recorder.js';

const issuer = await startIssuer();
const store = new MemorySessionStore();
const app = await startApp({
  issuer,
  controllers: [PagesController],
  providers: [Recorder],
  logto: { hookTimeout: 100, session: { ...session, store } },
});
const recorder = app.app.get(Recorder);

describe('@OnSignIn()', () => {
  let browser: Browser;

  beforeEach(() => {
    browser = app.browser();
  });

  afterEach(() => recorder.reset());

  it('gets the claims and the request, before there is a session of the user', async () => {
    const users: unknown[] = [];
    recorder.act = () => users.push(recorder.signIns.at(-1)?.request.user);
    await browser.signIn(issuer);

    expect(recorder.signIns).toHaveLength(1);
    expect(recorder.signIns[0]).toMatchObject({ claims: { sub: 'ada', name: 'Ada Lovelace' } });
    expect(recorder.signIns[0]?.request.path).toBe('/logto/sign-in-callback');
    expect(recorder.signIns[0]).not.toHaveProperty('userInfo');
    expect(users).toEqual([{ isAuthenticated: false }]);
    expect(await signedInUser(browser)).toBe('ada');
  });

  it('cannot change the claims of the session', async () => {
    recorder.act = () => {
      const [event] = recorder.signIns;
      if (event) event.claims.sub = 'mallory';
    };
    await browser.signIn(issuer);

    expect(await signedInUser(browser)).toBe('ada');
  });

  it('gets the user info with the option `fetchUserInfo`', async () => {
    const fetching = await startApp({
      issuer,
      controllers: [PagesController],
      providers: [Recorder],
      logto: { fetchUserInfo: true, scopes: ['custom_data'] },
    });
    await fetching.signedInBrowser(issuer);

    expect(fetching.app.get(Recorder).signIns[0]?.userInfo).toMatchObject({
      sub: 'ada',
      custom_data: { plan: 'pro' },
    });
  });

  it('gets whether the store has seen the user before, even after a sign-out', async () => {
    issuer.addUser({ id: 'grace', username: 'grace', password: 'a-password' });
    await browser.signIn(issuer, 'grace');
    await browser.open('/logto/sign-out');
    await app.signedInBrowser(issuer, 'grace');

    expect(recorder.signIns.map(({ isFirstSeen }) => isFirstSeen)).toEqual([true, false]);
  });

  it.each([
    { thrown: new ForbiddenException('Your account is closed.'), status: 403, code: 'sign_in_refused' },
    { thrown: new ConflictException('Your email is taken.'), status: 409, code: 'sign_in_refused' },
  ])('refuses the sign-in with status and message of an HttpException: $status', async (refusal) => {
    recorder.act = (hook) => {
      if (hook === 'signIn') throw refusal.thrown;
    };
    const page = await browser.signIn(issuer);

    expect([page.status, errorCode(page)]).toEqual([refusal.status, refusal.code]);
    expect(page.text).toContain(refusal.thrown.message);
    expect(page.location).toBeUndefined();
    expect(page.text).not.toContain('Start again');
    expect(recorder.failures).toMatchObject([{ code: refusal.code }]);
  });

  it('refuses the sign-in with 500 for any other error, and logs class and method', async () => {
    recorder.act = (hook) => {
      if (hook === 'signIn') throw new TypeError('the database has no such column');
    };
    const before = leaks.logged.length;
    const page = await browser.signIn(issuer);

    expect([page.status, errorCode(page)]).toEqual([500, 'hook_failed']);
    expect(page.text).not.toContain('column');
    const logged = leaks.logged.slice(before).join('\n');
    expect(logged).toContain('Recorder.onSignIn (@OnSignIn())');
    expect(logged).toContain('the database has no such column');
  });

  it('does not redirect to another sign-in, whatever it throws', async () => {
    recorder.act = (hook) => {
      if (hook === 'signIn')
        throw new LogtoUnauthenticatedException({ status: 302, redirectTo: '/logto/sign-in' });
    };
    const page = await browser.signIn(issuer);

    expect([page.status, page.location]).toEqual([500, undefined]);
  });

  describe('that refuses', () => {
    const refuse = (hook: string): void => {
      if (hook === 'signIn') throw new ForbiddenException();
    };

    it('leaves no session, no tokens and no index entry', async () => {
      issuer.addUser({ id: 'eve', username: 'eve', password: 'a-password' });
      recorder.act = refuse;
      const known = new Set(store.keys());
      await browser.signIn(issuer, 'eve');

      expect(store.keys().filter((key) => !known.has(key))).toEqual([]);
      expect(await signedInUser(browser)).toBeUndefined();
    });

    it('leaves an earlier sign-in of the browser as it was', async () => {
      await browser.signIn(issuer);
      recorder.act = refuse;
      await browser.signIn(issuer);

      expect(await signedInUser(browser)).toBe('ada');
      expect((await browser.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
    });

    it('does not run again when the page is reloaded', async () => {
      recorder.act = refuse;
      const url = await browser.authorize(issuer);
      await browser.open(url);
      const reloaded = await browser.open(url);

      expect([reloaded.status, errorCode(reloaded)]).toEqual([400, 'sign_in_session.not_found']);
      expect(recorder.signIns).toHaveLength(1);
    });
  });

  describe('that hangs', () => {
    it('fails the sign-in with 503 after hookTimeout, and offers to start again', async () => {
      recorder.act = (hook) => (hook === 'signIn' ? hang() : undefined);

      expectErrorPage(await browser.signIn(issuer), 503, 'hook_timeout');
      expect(await signedInUser(browser)).toBeUndefined();
    });

    it('does not delay the sign-in of another user', async () => {
      const patient = await startApp({
        issuer,
        controllers: [PagesController],
        providers: [Recorder],
        logto: { hookTimeout: 600_000 },
      });
      const hooks = patient.app.get(Recorder);
      let release = (): void => undefined;
      const blocked = new Promise<void>((resolve) => (release = resolve));
      hooks.act = () => (hooks.signIns.at(-1)?.claims.sub === 'ada' ? blocked : undefined);
      const slow: Promise<Page> = patient.browser().signIn(issuer, 'ada');
      const other = await patient.signedInBrowser(issuer, 'bob');

      expect(await signedInUser(other)).toBe('bob');
      release();
      expect((await slow).status).toBe(302);
    });
  });
});

describe('Several @OnSignIn()', () => {
  const calls: string[] = [];

  @Injectable()
  class First {
    @OnSignIn()
    async one({ claims }: LogtoSignInEvent): Promise<void> {
      await Promise.resolve();
      calls.push(`first.one ${claims.sub}`);
    }

    @OnSignIn()
    two(event: LogtoSignInEvent): void {
      calls.push(`first.two ${event.claims.sub}`);
    }
  }

  @Injectable()
  class Second {
    @OnSignIn()
    refuseBob({ claims }: LogtoSignInEvent): void {
      calls.push(`second ${claims.sub}`);
      if (claims.sub === 'bob') throw new ForbiddenException();
    }
  }

  @Controller()
  class Last {
    @OnSignIn()
    protected last({ claims }: LogtoSignInEvent): void {
      calls.push(`controller ${claims.sub}`);
    }
  }

  it('run one after the other in the order of the providers, each once, until one refuses', async () => {
    const several = await startApp({
      issuer,
      controllers: [PagesController, Last],
      providers: [First, { provide: 'alias', useExisting: First }, Second],
    });
    await several.signedInBrowser(issuer, 'ada');
    await several.signedInBrowser(issuer, 'bob');

    expect(calls).toEqual([
      'first.one ada',
      'first.two ada',
      'second ada',
      'controller ada',
      'first.one bob',
      'first.two bob',
      'second bob',
    ]);
  });
});
