import { beforeAll, describe, expect, it } from '@jest/globals';
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
import { now, signAccessToken } from '../guard/support/access-token.js';
import { startAccessIssuer } from '../guard/support/real-tokens.js';
import { signedInBrowser } from '../guard/support/signed-in-browser.js';
import { withDeadline } from '../guard/support/with-deadline.js';
import type { TestApp, TestAppParts } from '../support/app/app.js';
import { startHostileProvider } from '../support/logto/hostile-provider.js';
import { SocketIoClient } from './support/socket-io-client.js';
import { startSocketApp } from './support/start-socket-app.js';
import { WsClient } from './support/ws-client.js';
import { closeLater } from '../support/runner/leftovers.js';

/** A client of socket.io has `disconnect`, a client of ws has `close`. */
type Client = EventEmitter & { disconnect?(): void; close?(): void };

/** Disconnects clients that sign out. */
@UseFilters(LogtoExceptionFilter)
class DisconnectingGateway implements OnGatewayConnection {
  constructor(private readonly logto: LogtoService) {}

  handleConnection(client: Client, request: IncomingMessage): void {
    // With socket.io there is no request here: the client has it.
    if (request) this.logto.bindHandshake(client, request);
    this.disconnectAfterSignOut(client);
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
    this.disconnectAfterSignOut(client);
    return { event: 'answer', data: 'said' };
  }

  private disconnectAfterSignOut(client: Client): void {
    this.logto.signedOut(client).addEventListener('abort', () => {
      if (client.disconnect) client.disconnect();
      else client.close?.();
    });
  }
}

@WebSocketGateway({ path: '/ws' })
class WsGateway extends DisconnectingGateway {}

@WebSocketGateway()
class IoGateway extends DisconnectingGateway {}

@WebSocketGateway({ path: '/ws' })
class UnboundGateway implements OnGatewayConnection {
  static refusal: unknown;

  constructor(private readonly logto: LogtoService) {}

  handleConnection(client: object): void {
    try {
      this.logto.signedOut(client);
    } catch (error) {
      UnboundGateway.refusal = error;
    }
  }
}

describe('A gateway that handles sign-out', () => {
  let issuer: LogtoEmulator;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
  });

  const startWs = async (gateway: Type, parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
    closeLater(await startSocketApp(WsAdapter, gateway, { issuer, ...parts }));

  const connectWs = async (app: TestApp, headers?: Record<string, string>): Promise<WsClient> =>
    closeLater(await WsClient.connect(app, headers));

  it('on ws can disconnect a client as soon as it signs out, and only that client', async () => {
    const app = await startWs(WsGateway);
    const [ada, other] = [
      await signedInBrowser(app, issuer, 'ada'),
      await signedInBrowser(app, issuer, 'ada'),
    ];
    const [leaving, staying] = [await connectWs(app, ada.handshake), await connectWs(app, other.handshake)];
    expect(await leaving.ask('say')).toBe('said');

    await ada.browser.open('/logto/sign-out');

    await withDeadline(leaving.closed);
    expect(await staying.ask('say')).toBe('said');
  });

  it('on socket.io can disconnect a client as soon as it signs out', async () => {
    const app = closeLater(await startSocketApp(IoAdapter, IoGateway, { issuer }));
    const { browser, handshake: headers } = await signedInBrowser(app, issuer, 'ada');
    const client = closeLater(await SocketIoClient.connect(app, { headers }));

    await browser.open('/logto/sign-out');

    expect(await withDeadline(client.disconnected)).toBe('io server disconnect');
  });

  it('denies the next message of a socket that stays open', async () => {
    @WebSocketGateway({ path: '/ws' })
    class PlainGateway extends DisconnectingGateway {
      override handleConnection(client: Client, request: IncomingMessage): void {
        bind(client, request);
      }
    }
    const bind: LogtoService['bindHandshake'] = (...all) => app.logto.bindHandshake(...all);
    const app = await startWs(PlainGateway);
    const { browser, handshake } = await signedInBrowser(app, issuer, 'ada');
    const client = await connectWs(app, handshake);
    expect(await client.ask('say')).toBe('said');

    await browser.open('/logto/sign-out');

    expect(await client.ask('say')).toMatchObject({ code: 'not_authenticated' });
  });

  it('can disconnect a client as soon as its bearer token expires', async () => {
    const provider = await startHostileProvider();
    const app = await startWs(WsGateway, { issuer: provider });
    const exp = now() + 2;
    const client = await connectWs(app, {
      authorization: `Bearer ${await signAccessToken(provider, { exp })}`,
    });
    expect(await client.ask('by-token')).toBe('said');

    await client.closed;
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000);
  });

  it('gets an error that names bindHandshake when the handshake is unknown', async () => {
    const app = await startWs(UnboundGateway);
    await connectWs(app);

    expect(UnboundGateway.refusal).toMatchObject({
      code: 'context_not_supported',
      message: expect.stringContaining('bindHandshake'),
    });
  });
});
