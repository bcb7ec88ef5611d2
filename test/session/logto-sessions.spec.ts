import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Delete, Get, Injectable, Param, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import type { SessionData } from 'express-session';
import {
  AuthUser,
  IdTokenClaims,
  LogtoSessions,
  LogtoSignOutEvent,
  OnSignOut,
  RequireRoles,
} from 'nestjs-logto';
import { session, startApp, type TestApp } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { registerBackChannelLogout } from '../support/logto/register-back-channel-logout.js';
import { sessionMounts } from '../support/app/session-mounts.js';
import {
  UserSessionsController,
  type ListedSession,
} from '../support/controllers/user-sessions.controller.js';
import { tokenOptions, tokenTenant } from '../support/app/token-app.js';
import { Latches } from '../support/runner/latches.js';
import { ShopController, TokensController } from '../support/controllers/tokens.controller.js';

@Controller('sessions')
class SessionsController extends UserSessionsController {
  /** Stores the session as many other browsers would. */
  @Post('copies')
  async copy(@Req() { session: { cookie, logto }, sessionStore }: Request): Promise<void> {
    for (let copy = 1; copy < 200; copy += 1) {
      const data = { cookie, logto: { ...logto, tokenRecordId: `tokens-${copy}` } } as SessionData;
      await new Promise((resolve) => sessionStore.set(`copy-${copy}`, data, resolve));
    }
  }

  @Delete(':id')
  async end(@Param('id') id: string, @AuthUser('claims') { sub }: IdTokenClaims): Promise<{ ended: number }> {
    return { ended: await this.sessions.end({ id, sub }) };
  }

  @Get('admins')
  @RequireRoles('admin')
  admins(): string {
    return 'for admins';
  }
}

@Injectable()
class EndedSignIns {
  readonly reasons: string[] = [];

  @OnSignOut()
  signedOut({ sub, reason }: LogtoSignOutEvent): void {
    this.reasons.push(`${sub} ${reason}`);
  }
}

const longId = `auth0|${'x'.repeat(122)}`;
const issuer = await startIssuer({
  ...tokenTenant,
  users: [
    { id: 'ada', username: 'ada', password: 'ada', name: 'Ada Lovelace', roles: ['admin'] },
    { id: 'bob', username: 'bob', password: 'bob' },
    { id: longId, username: 'long', password: 'long' },
  ],
});

describe.each(sessionMounts)('The sessions of a user, mounted by %s', (_, mount) => {
  let store: MemorySessionStore;
  let app: TestApp;
  let other: TestApp;
  let sessions: LogtoSessions;

  beforeEach(async () => {
    store = new MemorySessionStore();
    const { logto, configure } = mount({ ...session, store });
    const parts = {
      issuer,
      controllers: [SessionsController, TokensController, ShopController],
      providers: [Latches, EndedSignIns],
      logto: { ...tokenOptions, ...logto },
      ...(configure && { configure }),
    };
    app = await startApp(parts);
    other = await startApp({ ...parts, instanceOf: app });
    sessions = app.app.get(LogtoSessions);
  });

  afterEach(() => {
    restoreTime();
    issuer.restoreUser('ada');
    issuer.updateUser('ada', { roles: ['admin'] });
  });

  const listed = async (browser: Browser): Promise<ListedSession[]> =>
    (await browser.fetch('/sessions')).json();
  const isSignedIn = async (browser: Browser, at = app): Promise<boolean> =>
    (await browser.fetch(`${at.baseUrl}/user`)).json<{ isAuthenticated: boolean }>().isAuthenticated;

  it('are listed, the newest first, with the current one', async () => {
    registerBackChannelLogout(issuer, app);
    const laptop = await app.signedInBrowser(issuer);
    passTime(60);
    const phone = await app.signedInBrowser(issuer);
    await app.signedInBrowser(issuer, 'bob');

    const found = await listed(laptop);

    expect(found).toMatchObject([
      { sub: 'ada', current: false },
      { sub: 'ada', current: true },
    ]);
    expect(found[0]?.sid).not.toBe(found[1]?.sid);
    expect(Date.parse(found[0]?.signedInAt ?? '')).toBeGreaterThan(Date.parse(found[1]?.signedInAt ?? ''));
    expect((await listed(phone)).map(({ current }) => current)).toEqual([true, false]);
    expect(await sessions.find({ sid: found[1]?.sid ?? '' })).toHaveLength(1);
  });

  it('have the time of the last activity if there is an idle timeout', async () => {
    const { logto, configure } = mount({ ...session, store });
    const idle = await startApp({
      issuer,
      controllers: [SessionsController],
      logto: { ...tokenOptions, ...logto, lifetime: { idle: 3600 } },
      ...(configure && { configure }),
    });
    const browser = await idle.signedInBrowser(issuer);
    const [fresh] = await listed(browser);
    expect(fresh?.lastSeenAt).toBe(fresh?.signedInAt);

    passTime(120);
    await browser.fetch('/sessions');
    const [active] = await listed(browser);
    expect(Date.parse(active?.lastSeenAt ?? '')).toBeGreaterThan(Date.parse(fresh?.signedInAt ?? ''));
  });

  it('have ids that reveal neither the cookie nor an entry of the store', async () => {
    const browser = await app.signedInBrowser(issuer);
    const [found] = await listed(browser);
    expect(store.keys().filter((key) => key.includes(found?.id.split('.')[0] ?? '?'))).toEqual([]);
    expect(browser.cookies.header(app.baseUrl)).not.toContain(found?.id.split('.')[0]);
  });

  it('end one by one, by their id', async () => {
    const laptop = await app.signedInBrowser(issuer);
    const phone = await app.signedInBrowser(issuer);
    const lost = (await listed(laptop)).find(({ current }) => !current);

    const ended = await laptop.fetch(`/sessions/${lost?.id}`, { method: 'DELETE' });

    expect(ended.json()).toEqual({ ended: 1 });
    expect(await isSignedIn(phone, other)).toBe(false);
    expect(await isSignedIn(laptop)).toBe(true);
  });

  it('do not end for another user who knows their id', async () => {
    const ada = await app.signedInBrowser(issuer);
    const bob = await app.signedInBrowser(issuer, 'bob');
    const [own] = await listed(ada);

    const ended = await bob.fetch(`/sessions/${own?.id}`, { method: 'DELETE' });

    expect(ended.json()).toEqual({ ended: 0 });
    expect(await isSignedIn(ada)).toBe(true);
  });

  it.each(['x', 'x.', '.YWRh', '%00.YWRh'])('do not end by the malformed id "%s"', async (id) => {
    const ada = await app.signedInBrowser(issuer);
    const ended = await ada.fetch(`/sessions/${id}`, { method: 'DELETE' });
    expect(ended.json()).toEqual({ ended: 0 });
    expect(await isSignedIn(ada)).toBe(true);
  });

  it('end in all browsers except this one', async () => {
    const here = await app.signedInBrowser(issuer);
    const others = [await app.signedInBrowser(issuer), await app.signedInBrowser(issuer)];
    const bystander = await app.signedInBrowser(issuer, 'bob');

    const answer = await here.fetch('/sessions/end-others', { method: 'POST' });

    expect(answer.json()).toEqual({ ended: 2 });
    for (const browser of others) expect(await isSignedIn(browser, other)).toBe(false);
    for (const browser of [here, bystander]) expect(await isSignedIn(browser)).toBe(true);
    expect(app.app.get(EndedSignIns).reasons).toEqual(['ada revoked', 'ada revoked']);
    expect(await listed(here)).toMatchObject([{ current: true }]);
  });

  it('stay ended while a slow request on another instance saves late', async () => {
    const browser = await app.signedInBrowser(issuer);
    const latch = other.app.get(Latches).create('late');
    const slow = browser.fetch(`${other.baseUrl}/slow/late`);
    await latch.reached;

    expect(await sessions.end({ sub: 'ada' })).toBe(1);
    latch.release();
    await slow;

    expect(await isSignedIn(browser)).toBe(false);
    expect(await isSignedIn(browser, other)).toBe(false);
  });

  it('end with a sign-in that is just being stored', async () => {
    await app.signedInBrowser(issuer, 'bob');
    const browser = app.browser();
    const callback = await browser.authorize(issuer);
    let reached: () => void = () => undefined;
    const saving = new Promise<void>((resolve) => (reached = resolve));
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    store.beforeSet = (key) => {
      if (key.startsWith('logto-')) return undefined;
      reached();
      return released;
    };
    const finished = browser.open(callback);
    await saving;

    await sessions.end({ sub: 'ada' });
    release();
    await finished;

    expect(await isSignedIn(browser)).toBe(false);
  });

  it('end, all 200 of one user, whose id may be long', async () => {
    const browser = await app.signedInBrowser(issuer, 'long');
    await browser.fetch('/sessions/copies', { method: 'POST' });

    const found = await sessions.find({ sub: longId });
    expect(found).toHaveLength(200);
    expect(await sessions.end({ id: found[0]?.id ?? '' })).toBe(1);
    expect(await sessions.end({ sub: longId })).toBe(199);
    expect(await sessions.find({ sub: longId })).toEqual([]);
    expect(store.keys().filter((key) => !/^logto-(ended|sign-ins)-/.test(key))).toEqual([]);
  });

  it('refresh their claims and permissions at the next request, on every instance', async () => {
    const browser = await app.signedInBrowser(issuer);
    expect((await browser.fetch('/sessions/admins')).text).toBe('for admins');
    issuer.updateUser('ada', { roles: [] });
    issuer.resetRequests();

    expect(await sessions.refreshClaims({ sub: 'ada' })).toBe(1);

    const answers: Page[] = [];
    for (const { baseUrl } of [other, app, other])
      answers.push(await browser.fetch(`${baseUrl}/sessions/admins`));
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('refresh their claims even if the clock of the instance that refreshes is behind', async () => {
    const browser = await app.signedInBrowser(issuer);
    passTime(5);
    await sessions.refreshClaims({ sub: 'ada' });
    restoreTime();
    issuer.resetRequests();

    for (const { baseUrl } of [other, app, other]) await browser.fetch(`${baseUrl}/sessions/admins`);

    expect(issuer.countRequests('token')).toBe(1);
  });
});
