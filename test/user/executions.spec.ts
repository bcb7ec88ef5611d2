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
  OptionalAuth,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { BatchingStore } from '../guard/support/batching-store.js';
import { RealTokens, startAccessIssuer } from '../guard/support/real-tokens.js';
import { signedInBrowser } from '../guard/support/signed-in-browser.js';
import { session, type TestApp } from '../support/app/app.js';
import { resource } from '../support/logto/issuer.js';
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
