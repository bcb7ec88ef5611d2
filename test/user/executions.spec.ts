import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { UseFilters, UseGuards } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AuthUser,
  LogtoApiGuard,
  LogtoContext,
  LogtoExceptionFilter,
  LogtoGuard,
  OptionalAuth,
  UserScope,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { io, type Socket as Client } from 'socket.io-client';
import { session, startApp, type TestApp } from '../support/app.js';
import { resource } from '../support/issuer.js';
import { tokenOptions } from '../support/token-app.js';
import { PacketStore } from '../guard/support/packet-store.js';
import { RealTokens, startAccessIssuer } from '../guard/support/real-tokens.js';
import { signedInBrowser } from '../guard/support/session-browser.js';

@UseFilters(LogtoExceptionFilter)
@WebSocketGateway()
class MixedGateway {
  @SubscribeMessage('mine')
  @UseGuards(LogtoGuard)
  mine(@AuthUser() user: LogtoContext): string {
    return `data of ${user.claims?.sub ?? 'nobody'}`;
  }

  @SubscribeMessage('news')
  @UseGuards(LogtoApiGuard)
  @OptionalAuth()
  news(@AuthUser() user: LogtoContext): string {
    return `news for ${user.claims?.sub ?? 'anybody'}`;
  }
}

describe('Messages that share a socket', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  let app: TestApp;
  let bobsToken = '';
  const clients: Client[] = [];

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = await RealTokens.from(issuer);
    bobsToken = await tokens.ofUser('bob', { resource });
    app = await startApp({
      issuer,
      providers: [MixedGateway],
      logto: {
        ...tokenOptions,
        scopes: [...(tokenOptions.scopes ?? []), UserScope.Roles],
        api: { audience: resource },
        session: { ...session, store: new PacketStore() },
      },
      configure: (nest) => void nest.useWebSocketAdapter(new IoAdapter(nest)),
    });
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  afterAll(async () => {
    await app.close();
    await tokens.close();
    await issuer.close();
  });

  async function connect(auth: Record<string, unknown> = {}): Promise<(event: string) => Promise<unknown>> {
    const { handshake } = await signedInBrowser(app, issuer, 'ada');
    const options = { extraHeaders: handshake, auth, transports: ['websocket'], forceNew: true };
    const client: Client = io(app.baseUrl, options);
    clients.push(client);
    await new Promise<void>((resolve) => client.once('connect', resolve));
    return (event) =>
      new Promise((resolve) => {
        client.once('exception', resolve);
        client.emit(event, {}, resolve);
      });
  }

  it('a message for bearer tokens does not sign out the ones that follow', async () => {
    const ask = await connect();
    expect([await ask('mine'), await ask('news'), await ask('mine')]).toEqual([
      'data of ada',
      'news for anybody',
      'data of ada',
    ]);
  });

  it('a message that a session has opened is not answered as the user of a bearer token', async () => {
    for (let round = 0; round < 2; round += 1) {
      const ask = await connect({ token: bobsToken });
      expect(await Promise.all([ask('mine'), ask('news')])).toEqual(['data of ada', 'news for bob']);
    }
  });
});
