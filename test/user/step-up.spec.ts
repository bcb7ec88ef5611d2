import type { IncomingMessage } from 'node:http';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  UseFilters,
  UseGuards,
  type INestApplication,
  type Type,
  type WebSocketAdapter,
} from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import {
  LogtoAcr,
  LogtoExceptionFilter,
  LogtoGuard,
  LogtoService,
  RequireAuthentication,
  RequireMfa,
  WithLogto,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startAccessIssuer } from '../guard/support/real-tokens.js';
import { signedInBrowser } from '../guard/support/signed-in-browser.js';
import type { TestApp } from '../support/app/app.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { closeLater } from '../support/runner/leftovers.js';
import { SocketIoClient } from './support/socket-io-client.js';
import { startSocketApp } from './support/start-socket-app.js';
import { WsClient } from './support/ws-client.js';

/** Long enough that socket.io keeps a connection open while a spec advances the clock. */
const longPings = { pingInterval: 20_000_000, pingTimeout: 20_000_000 };

@UseFilters(LogtoExceptionFilter)
@WebSocketGateway(longPings)
class SocketIoGateway {
  @SubscribeMessage('payout')
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: ['session', 'bearer'] })
  @RequireAuthentication({ acr: LogtoAcr.Mfa, maxAge: 300 })
  payout(): string {
    return 'paid';
  }

  @SubscribeMessage('vault')
  @UseGuards(LogtoGuard)
  @RequireMfa()
  vault(): string {
    return 'open';
  }
}

@UseFilters(LogtoExceptionFilter)
@WebSocketGateway({ path: '/ws' })
class WsGateway implements OnGatewayConnection {
  constructor(private readonly logto: LogtoService) {}

  handleConnection(client: object, request: IncomingMessage): void {
    this.logto.bindHandshake(client, request);
  }

  @SubscribeMessage('payout')
  @UseGuards(LogtoGuard)
  @RequireAuthentication({ acr: LogtoAcr.Mfa, maxAge: 300 })
  payout(): unknown {
    return { event: 'payout', data: 'paid' };
  }

  @SubscribeMessage('vault')
  @UseGuards(LogtoGuard)
  @RequireMfa()
  vault(): unknown {
    return { event: 'vault', data: 'open' };
  }
}

const refused = {
  status: 'error',
  code: 'insufficient_authentication',
  acr_values: LogtoAcr.Mfa,
};

interface Client {
  ask(event: string): Promise<unknown>;
  close(): void;
}

describe.each<
  [
    string,
    new (app: INestApplication) => WebSocketAdapter,
    Type,
    (app: TestApp, headers: Record<string, string>) => Promise<Client>,
  ]
>([
  ['socket.io', IoAdapter, SocketIoGateway, (app, headers) => SocketIoClient.connect(app, { headers })],
  ['ws', WsAdapter, WsGateway, (app, headers) => WsClient.connect(app, headers)],
])('A message over %s that requires a second factor', (_, Adapter, gateway, connect) => {
  let issuer: LogtoEmulator;
  let app: TestApp;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    app = await startSocketApp(Adapter, gateway, { issuer });
  });

  afterEach(restoreTime);

  /** The answer that the client of a browser with these headers gets. */
  async function ask(event: string, headers: Record<string, string>): Promise<unknown> {
    const client = closeLater(await connect(app, headers));
    const answer = await client.ask(event);
    client.close();
    return answer;
  }

  it('says what a new sign-in has to ask for, and passes on a connection after it', async () => {
    const { browser, handshake } = await signedInBrowser(app, issuer, 'ada');
    expect(await ask('payout', handshake)).toMatchObject({ ...refused, max_age: 300 });
    expect(await ask('vault', handshake)).toMatchObject(refused);
    expect(await ask('vault', handshake)).not.toHaveProperty('max_age');

    await browser.signIn(issuer, 'ada', `/logto/sign-in?acr_values=${LogtoAcr.Mfa}&max_age=300`);
    const after = { ...handshake, cookie: browser.cookies.header(app.baseUrl) };
    expect(await ask('payout', after)).toEqual('paid');
    expect(await ask('vault', after)).toEqual('open');

    passTime(400);
    expect(await ask('payout', after)).toMatchObject({ code: 'recent_sign_in_required', max_age: 300 });
    expect(await ask('vault', after)).toEqual('open');
  });
});
