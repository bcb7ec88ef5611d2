import { afterEach, afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Controller, Get, Injectable, Req, UseGuards } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import type { Request } from 'express';
import expressSession from 'express-session';
import { LogtoGuard, LogtoService } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { WebSocket } from 'ws';
import { session, startApp, type TestApp } from '../support/app.js';
import { passTime, restoreTime } from '../support/clock.js';
import { startIssuer } from '../support/issuer.js';
import { MemorySessionStore } from '../support/memory-session-store.js';
import { PagesController } from '../support/pages.js';
import { startTokenApp } from '../support/token-app.js';

/** The session that an app mounts itself, over one store for its pages and its sockets. */
@Injectable()
class OwnSession {
  readonly store = new MemorySessionStore();
  readonly middleware = expressSession({
    ...session,
    resave: false,
    saveUninitialized: false,
    store: this.store,
    cookie: { maxAge: 10 * 60_000 },
  });
}

@UseGuards(LogtoGuard)
@WebSocketGateway()
class ChatGateway implements OnGatewayConnection {
  constructor(
    private readonly logto: LogtoService,
    private readonly own: OwnSession,
  ) {}

  handleConnection(client: object, request: IncomingMessage): void {
    this.logto.bindHandshake(client, request, this.own.middleware);
  }

  @SubscribeMessage('hello')
  hello(): { event: string } {
    return { event: 'hello' };
  }
}

@Controller()
class InspectingController {
  constructor(private readonly logto: LogtoService) {}

  /** What an app that logs whole errors would log. */
  @Get('inspected')
  async inspected(@Req() request: Request): Promise<string> {
    return this.logto.getAccessToken(request).then(
      () => 'no error',
      (error: unknown) => inspect(error, { depth: 10, showHidden: true }),
    );
  }
}

describe('A session', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;

  beforeAll(async () => {
    issuer = await startIssuer();
  });

  afterEach(async () => {
    restoreTime();
    issuer.clearFaults();
    await app.close();
  });

  afterAll(() => issuer.close());

  it('whose store fails shows none of what it was to store, as clients of Redis put it on their errors', async () => {
    const store = new MemorySessionStore();
    app = await startApp({
      issuer,
      controllers: [InspectingController],
      logto: { session: { ...session, store } },
    });
    const browser = app.browser();
    await browser.signIn(issuer);
    const { get } = store;
    store.get = (key, callback) => {
      if (!key.startsWith('logto-tokens-')) get.call(store, key, callback);
      else
        callback(Object.assign(new Error('READONLY'), { command: { args: ['set', 'the-refresh-token'] } }));
    };

    const { text } = await browser.fetch('/inspected');
    expect(text).toContain('READONLY');
    expect(text).not.toContain('the-refresh-token');
  });

  it('whose id begins with the app’s name, Logto’s too, stays ended like any other', async () => {
    const store = new MemorySessionStore();
    const genid = (): string => `logto-demo-${randomUUID()}`;
    const nothing = { resources: [], scopes: [] };
    const shop = await startTokenApp({
      issuer,
      logto: { session: { ...session, store, genid }, ...nothing },
    });
    app = shop;
    const browser = app.browser();
    await browser.signIn(issuer);
    expect(await browser.fetch('/user')).toMatchObject({ text: expect.stringContaining('ada') });
    const gate = shop.gates.create('late');
    const late = browser.fetch('/slow/late');
    await gate.reached;
    await browser.open('/logto/sign-out');
    gate.release();
    await late;

    expect(store.keys().filter((key) => key.startsWith('logto-demo-'))).toEqual([]);
  });

  it('whose claims a refresh does not renew asks for new ones at most every 30 s', async () => {
    app = await startApp({ issuer, controllers: [PagesController], logto: { revalidateAfter: 60 } });
    const browser = app.browser();
    await browser.signIn(issuer);
    passTime(61);
    issuer.resetRequests();
    const withoutIdToken = (body: string): string => {
      const { id_token: _idToken, ...rest } = JSON.parse(body) as Record<string, unknown>;
      return JSON.stringify(rest);
    };
    issuer.failNext('token', {
      times: 10,
      transform: (answer) => ({ ...answer, body: withoutIdToken(answer.body) }),
    });

    for (let request = 0; request < 3; request += 1) {
      expect((await browser.fetch('/protected')).text).toBe('hello ada');
    }
    expect(issuer.countRequests('token')).toBe(1);
    passTime(31);
    expect((await browser.fetch('/protected')).text).toBe('hello ada');
    expect(issuer.countRequests('token')).toBe(2);
  });

  it('of the app’s own keeps its tokens alive by its pages, however busy a socket of it is', async () => {
    app = await startApp({
      issuer,
      controllers: [PagesController],
      providers: [OwnSession, ChatGateway],
      logto: { session: undefined },
      configure: (nest) => {
        nest.use(nest.get(OwnSession).middleware);
        nest.useWebSocketAdapter(new WsAdapter(nest));
      },
    });
    const { store } = app.app.get(OwnSession);
    const browser = app.browser();
    await browser.signIn(issuer);
    await browser.fetch('/protected');
    // Touched after the response: looked for until it has happened.
    const touched = async (times: number): Promise<void> => {
      for (let looks = 0; looks < 400 && store.count('touch', /^logto-tokens-/) < times; looks += 1)
        await setTimeout(5);
      expect(store.count('touch', /^logto-tokens-/)).toBe(times);
    };
    await touched(1);

    passTime(61);
    expect(await say('hello', app.baseUrl, browser.cookies.header(app.baseUrl))).toBe('{"event":"hello"}');
    await browser.fetch('/protected');
    await touched(2);
  });
});

/** Opens a socket, says one thing and tells the answer. */
function say(event: string, baseUrl: string, cookie: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(baseUrl.replace('http', 'ws'), { headers: { cookie } });
    socket.on('error', reject);
    socket.on('open', () => socket.send(JSON.stringify({ event, data: null })));
    socket.on('message', (data: Buffer) => {
      resolve(data.toString());
      socket.close();
    });
  });
}
