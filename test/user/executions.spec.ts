import { beforeAll, describe, expect, it } from '@jest/globals';
import { UseFilters, UseGuards } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AuthUser,
  LogtoApiGuard,
  LogtoContext,
  LogtoExceptionFilter,
  LogtoGuard,
  LogtoSessions,
  OptionalAuth,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { BatchingStore } from '../guard/support/batching-store.js';
import { RealTokens, startAccessIssuer } from '../guard/support/real-tokens.js';
import { signedInBrowser } from '../guard/support/signed-in-browser.js';
import { session, type TestApp } from '../support/app/app.js';
import { resource } from '../support/logto/issuer.js';
import { WaitingGuard } from '../support/app/waiting.guard.js';
import { Latches } from '../support/runner/latches.js';
import { SocketIoClient } from './support/socket-io-client.js';
import { startSocketApp } from './support/start-socket-app.js';
import { closeLater } from '../support/runner/leftovers.js';

@UseFilters(LogtoExceptionFilter)
@WebSocketGateway()
class MixedGateway {
  @SubscribeMessage('mine')
  @UseGuards(LogtoGuard)
  mine(@AuthUser() user: LogtoContext): string {
    return `data of ${user.claims?.sub ?? 'anonymous'}`;
  }

  @SubscribeMessage('news')
  @UseGuards(LogtoApiGuard)
  @OptionalAuth()
  news(@AuthUser() user: LogtoContext): string {
    return `news for ${user.claims?.sub ?? 'anonymous'}`;
  }
}

describe('Messages on the same socket', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let bobsToken = '';

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    bobsToken = await closeLater(await RealTokens.from(issuer)).ofUser('bob', { resource });
    const logto = { session: { ...session, store: new BatchingStore() } };
    app = closeLater(await startSocketApp(IoAdapter, MixedGateway, { issuer, logto }));
  });

  async function connect(auth: Record<string, unknown> = {}): Promise<(event: string) => Promise<unknown>> {
    const { handshake: headers } = await signedInBrowser(app, issuer, 'ada');
    const client = closeLater(await SocketIoClient.connect(app, { headers, auth }));
    return (event) => client.ask(event);
  }

  it('keep the session after a message that only accepts bearer tokens', async () => {
    const ask = await connect();
    expect([await ask('mine'), await ask('news'), await ask('mine')]).toEqual([
      'data of ada',
      'news for anonymous',
      'data of ada',
    ]);
  });

  it('are each answered for their own user, of the session or of the bearer token', async () => {
    for (let round = 0; round < 2; round += 1) {
      const ask = await connect({ token: bobsToken });
      expect(await Promise.all([ask('mine'), ask('news')])).toEqual(['data of ada', 'news for bob']);
    }
  });
});

@UseFilters(LogtoExceptionFilter)
@UseGuards(LogtoGuard, WaitingGuard)
@WebSocketGateway()
class OrdersGateway {
  @SubscribeMessage('mine')
  mine(@AuthUser() user: LogtoContext): string {
    return `orders of ${user.claims?.sub ?? 'anonymous'}`;
  }

  @SubscribeMessage('popular')
  @OptionalAuth()
  popular(@AuthUser() user: LogtoContext): string {
    return `popular for ${user.claims?.sub ?? 'anonymous'}`;
  }
}

describe('A message whose sign-in ends while another guard decides', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    app = closeLater(await startSocketApp(IoAdapter, OrdersGateway, { issuer, providers: [Latches] }));
  });

  async function askWhileSignedOut(event: string): Promise<unknown> {
    const { handshake: headers } = await signedInBrowser(app, issuer, 'ada');
    const client = closeLater(await SocketIoClient.connect(app, { headers }));
    const latch = app.app.get(Latches).create('guard');
    const answer = client.ask(event);
    await latch.reached;
    await app.app.get(LogtoSessions).end({ sub: 'ada' });
    latch.release();
    return answer;
  }

  it('is denied', async () => {
    expect(await askWhileSignedOut('mine')).toMatchObject({ code: 'not_authenticated' });
  });

  it('is anonymous if the guard does not require a user', async () => {
    expect(await askWhileSignedOut('popular')).toBe('popular for anonymous');
  });
});
