import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { UseFilters, UseGuards, type Type } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import {
  ConnectedSocket,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
} from '@nestjs/websockets';
import { LogtoExceptionFilter, LogtoGuard, LogtoService, WithLogto } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { startApp, type TestApp, type TestAppParts } from '../support/app.js';
import { startHostileProvider } from '../support/hostile-provider.js';
import { resource } from '../support/issuer.js';
import { tokenOptions } from '../support/token-app.js';
import { startAccessIssuer } from '../guard/support/real-tokens.js';
import { signedInBrowser } from '../guard/support/session-browser.js';
import { soon } from '../guard/support/soon.js';

/** Clients of either transport can be hung up on, by another name. */
type Client = EventEmitter & { disconnect?(): void; close?(): void };

/** Hangs up on whoever has signed out. */
@UseFilters(LogtoExceptionFilter)
class HangingUpGateway implements OnGatewayConnection {
  constructor(private readonly logto: LogtoService) {}

  handleConnection(client: Client, request: IncomingMessage): void {
    // socket.io gives no request here, its clients carry it.
    if (request) this.logto.bindHandshake(client, request);
    this.hangUpAfterSignOut(client);
  }

  @SubscribeMessage('say')
  @UseGuards(LogtoGuard)
  say(): unknown {
    return { event: 'answer', data: 'said' };
  }

  @SubscribeMessage('by-token')
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: ['bearer'] })
  byToken(@ConnectedSocket() client: Client): unknown {
    this.hangUpAfterSignOut(client);
    return { event: 'answer', data: 'said' };
  }

  private hangUpAfterSignOut(client: Client): void {
    this.logto.signedOut(client).addEventListener('abort', () => {
      if (client.disconnect) client.disconnect();
      else client.close?.();
    });
  }
}

@WebSocketGateway({ path: '/ws' })
class WsGateway extends HangingUpGateway {}

@WebSocketGateway()
class IoGateway extends HangingUpGateway {}

@WebSocketGateway({ path: '/ws' })
class ForgetfulGateway implements OnGatewayConnection {
  static refusal: unknown;

  constructor(private readonly logto: LogtoService) {}

  handleConnection(client: object): void {
    try {
      this.logto.signedOut(client);
    } catch (error) {
      ForgetfulGateway.refusal = error;
    }
  }
}

describe('A sign-out is told at once', () => {
  let issuer: LogtoEmulator;
  const running: { close(): unknown }[] = [];

  beforeAll(async () => {
    issuer = await startAccessIssuer();
  });

  afterEach(async () => {
    for (const one of running.splice(0).toReversed()) await one.close();
  });

  afterAll(() => issuer.close());

  async function start(parts: Partial<TestAppParts>): Promise<TestApp> {
    const app = await startApp({
      issuer,
      ...parts,
      logto: { ...tokenOptions, api: { audience: resource }, ...parts.logto },
    });
    running.push(app);
    return app;
  }

  const startWs = (gateway: Type, parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
    start({
      ...parts,
      providers: [gateway],
      configure: (nest) => nest.useWebSocketAdapter(new WsAdapter(nest)),
    });

  async function connectWs(app: TestApp, headers: Record<string, string> = {}): Promise<WebSocket> {
    const client = new WebSocket(`${app.baseUrl.replace('http', 'ws')}/ws`, { headers });
    running.push({ close: () => client.close() });
    await new Promise<void>((resolve, reject) => client.once('open', resolve).once('error', reject));
    return client;
  }

  async function say(client: WebSocket, event: string): Promise<unknown> {
    client.send(JSON.stringify({ event, data: {} }));
    const text = await new Promise<string>((resolve) =>
      client.once('message', (message: Buffer) => resolve(message.toString())),
    );
    return (JSON.parse(text) as { data: unknown }).data;
  }

  it('to a client of a gateway on ws, and to nobody else’s', async () => {
    const app = await startWs(WsGateway);
    const [ada, other] = [
      await signedInBrowser(app, issuer, 'ada'),
      await signedInBrowser(app, issuer, 'ada'),
    ];
    const [leaving, staying] = [await connectWs(app, ada.handshake), await connectWs(app, other.handshake)];
    expect(await say(leaving, 'say')).toBe('said');
    const left = new Promise((resolve) => leaving.once('close', resolve));

    await ada.browser.open('/logto/sign-out');

    await soon(left);
    expect(await say(staying, 'say')).toBe('said');
  });

  it('to a client of a gateway on socket.io', async () => {
    const app = await start({
      providers: [IoGateway],
      configure: (nest) => nest.useWebSocketAdapter(new IoAdapter(nest)),
    });
    const { browser, handshake } = await signedInBrowser(app, issuer, 'ada');
    const client = io(app.baseUrl, {
      extraHeaders: handshake,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    running.push({ close: () => client.close() });
    await new Promise<void>((resolve) => client.once('connect', resolve));
    const left = new Promise<string>((resolve) => client.once('disconnect', resolve));

    await browser.open('/logto/sign-out');

    expect(await soon(left)).toBe('io server disconnect');
  });

  it('to the next message of a socket that stays open', async () => {
    @WebSocketGateway({ path: '/ws' })
    class PlainGateway extends HangingUpGateway {
      override handleConnection(client: Client, request: IncomingMessage): void {
        bind(client, request);
      }
    }
    const bind: LogtoService['bindHandshake'] = (...all) => app.logto.bindHandshake(...all);
    const app = await startWs(PlainGateway);
    const { browser, handshake } = await signedInBrowser(app, issuer, 'ada');
    const client = await connectWs(app, handshake);
    expect(await say(client, 'say')).toBe('said');

    await browser.open('/logto/sign-out');

    expect(await say(client, 'say')).toMatchObject({ code: 'not_authenticated' });
  });

  it('to a client with a bearer token when that expires', async () => {
    const provider = await startHostileProvider();
    const app = await startWs(WsGateway, { issuer: provider });
    const now = Math.floor(Date.now() / 1000);
    const token = await provider.sign(
      { iss: provider.issuer, aud: resource, sub: 'ada', client_id: 'spa', iat: now, exp: now + 2 },
      { typ: 'at+jwt' },
    );
    const client = await connectWs(app, { authorization: `Bearer ${token}` });
    const left = new Promise((resolve) => client.once('close', resolve));
    expect(await say(client, 'by-token')).toBe('said');

    await left;
    expect(Date.now()).toBeGreaterThanOrEqual((now + 2) * 1000);
    await provider.close();
  });

  it('to nobody whose handshake is unknown, and the error says how to make it known', async () => {
    const app = await startWs(ForgetfulGateway);
    await connectWs(app);

    expect(ForgetfulGateway.refusal).toMatchObject({
      code: 'context_not_supported',
      message: expect.stringContaining('bindHandshake'),
    });
  });
});
