import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Session } from '@nestjs/common';
import expressSession from 'express-session';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { session, startApp, type TestApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { ContextController } from '../support/controllers/context.controller.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';

@Controller()
class VisitsController {
  @Get('visits')
  visits(@Session() own: { visits?: number }): number {
    own.visits = (own.visits ?? 0) + 1;
    return own.visits;
  }
}

let issuer: LogtoEmulator;
let app: TestApp;
let ada: Browser;

beforeAll(async () => {
  issuer = await startIssuer();
  app = await startApp({ issuer, controllers, logto: { session: { ...session, store } } });
  ada = app.browser();
  await ada.signIn(issuer);
});
const store = new MemorySessionStore();
const controllers = [ContextController, VisitsController];

describe('The user context', () => {
  beforeEach(() => {
    issuer.resetRequests();
    store.calls.length = 0;
  });

  it.each(['/user', '/guarded', '/members', '/same', '/service'])(
    'costs one read of the session, no write and no request to Logto: %s',
    async (path) => {
      expect((await ada.fetch(path)).status).toBe(200);

      expect(store.calls).toEqual([expect.stringMatching(/^get /)]);
      expect(issuer.requests()).toEqual([]);
    },
  );

  it('leaves writing the session to the app', async () => {
    await ada.fetch('/visits');
    await ada.fetch('/user');

    expect(store.calls.filter((call) => call.startsWith('set '))).toHaveLength(1);
    expect((await ada.fetch('/visits')).json()).toBe(2);
    expect((await ada.fetch('/user')).json()).toMatchObject({ isAuthenticated: true });
  });

  it('adds nothing to what express-session does in a session that the app mounts', async () => {
    const ownStore = new MemorySessionStore();
    const own = await startApp({
      issuer,
      controllers,
      logto: { session: undefined },
      configure: (nest) =>
        nest.use(expressSession({ ...session, resave: false, saveUninitialized: false, store: ownStore })),
    });
    const visitor = own.browser();
    await visitor.signIn(issuer);
    // The first of many requests touches the tokens.
    for (const path of ['/user', '/user']) await visitor.fetch(path);
    ownStore.calls.length = 0;
    issuer.resetRequests();

    for (const path of ['/user', '/guarded', '/same']) await visitor.fetch(path);

    expect(ownStore.calls.map((call) => call.split(' ')[0])).toEqual([
      'get',
      'touch',
      'get',
      'touch',
      'get',
      'touch',
    ]);
    expect(issuer.requests()).toEqual([]);
  });
});
