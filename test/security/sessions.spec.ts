import { afterEach, describe, expect, it } from '@jest/globals';
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
import { WebSocket } from 'ws';
import { session, startApp } from '../support/app/app.js';
import { changedTokenResponse } from '../support/logto/changed-token-response.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { startTokenApp } from '../support/app/token-app.js';

/** The session of an app that mounts its own, with one store for pages and sockets. */
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

  /** The error as it is logged by an app that logs whole errors. */
  @Get('inspected')
  async inspected(@Req() request: Request): Promise<string> {
    return this.logto.getAccessToken(request).then(
      () => 'no error',
      (error: unknown) => inspect(error, { depth: 10, showHidden: true }),
    );
  }
}

const issuer = await startIssuer();

describe('A session', () => {
  afterEach(() => {
    restoreTime();
    issuer.clearFaults();
  });

  it('shows no secret in the error of a store that fails, as Redis clients put their commands there', async () => {
    const store = new MemorySessionStore();
    const app = await startApp({
      issuer,
      controllers: [InspectingController],
      logto: { session: { ...session, store } },
    });
    const browser = await app.signedInBrowser(issuer);
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

  it('with an id that starts with `logto-` stays ended after the sign-out', async () => {
    const store = new MemorySessionStore();
    const genid = (): string => `logto-demo-${randomUUID()}`;
    const nothing = { resources: [], scopes: [] };
    const shop = await startTokenApp({
      issuer,
      logto: { session: { ...session, store, genid }, ...nothing },
    });
    const browser = await shop.signedInBrowser(issuer);
    expect(await browser.fetch('/user')).toMatchObject({ text: expect.stringContaining('ada') });
    const latch = shop.latches.create('late');
    const late = browser.fetch('/slow/late');
    await latch.reached;
    await browser.open('/logto/sign-out');
    latch.release();
    await late;

    expect(store.keys().filter((key) => key.startsWith('logto-demo-'))).toEqual([]);
  });

  it('requests new claims every 30 seconds at most when a refresh does not renew them', async () => {
    const app = await startApp({ issuer, controllers: [PagesController], logto: { revalidateAfter: 60 } });
    const browser = await app.signedInBrowser(issuer);
    passTime(61);
    issuer.resetRequests();
    issuer.failNext('token', {
      times: 10,
      ...changedTokenResponse((body) => ({ ...body, id_token: undefined })),
    });

    for (let request = 0; request < 3; request += 1) {
      expect((await browser.fetch('/protected')).text).toBe('hello ada');
    }
    expect(issuer.countRequests('token')).toBe(1);
    passTime(31);
    expect((await browser.fetch('/protected')).text).toBe('hello ada');
    expect(issuer.countRequests('token')).toBe(2);
  });

  it('that the app mounts keeps its tokens alive through its pages while a socket is busy', async () => {
    const app = await startApp({
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
    const browser = await app.signedInBrowser(issuer);
    await browser.fetch('/protected');
    // Waits, because records are touched after the response.
    const touched = async (times: number): Promise<void> => {
      for (let looks = 0; looks < 400 && store.count('touch', /^logto-tokens-/) < times; looks += 1)
        await setTimeout(5);
      expect(store.count('touch', /^logto-tokens-/)).toBe(times);
    };
    await touched(1);

    passTime(61);
    expect(await sendEvent('hello', app.baseUrl, browser.cookies.header(app.baseUrl))).toBe(
      '{"event":"hello"}',
    );
    await browser.fetch('/protected');
    await touched(2);
  });
});

/** Opens a socket and sends one event. @returns the answer */
function sendEvent(event: string, baseUrl: string, cookie: string): Promise<string> {
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
