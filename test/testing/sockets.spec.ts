import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UseGuards } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { AuthUser, IdTokenClaims, LogtoGuard, WithLogto } from 'nestjs-logto';
import { LogtoTestingModule, signedInAs } from 'nestjs-logto/testing';
import { io } from 'socket.io-client';
import { shop, started, type ShopUnderTest } from './support.js';

@WebSocketGateway()
class ChatGateway {
  @SubscribeMessage('whoami')
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: ['session', 'bearer'] })
  whoami(@AuthUser('claims') claims: IdTokenClaims): string {
    return claims.sub;
  }
}

describe('signedInAs on the handshake of a socket', () => {
  let tested: ShopUnderTest;
  let url: string;

  beforeAll(async () => {
    const builder = shop([LogtoTestingModule.forRoot(), { module: class Chat {}, providers: [ChatGateway] }]);
    tested = await started(builder, (app) => app.useWebSocketAdapter(new IoAdapter(app)));
    await tested.app.listen(0);
    url = await tested.app.getUrl();
  });

  afterAll(() => tested.close());

  async function ask(extraHeaders: Record<string, string>): Promise<unknown> {
    const client = io(url, { extraHeaders, transports: ['websocket'], reconnection: false });
    try {
      return await new Promise((resolve, reject) => {
        client.once('exception', resolve);
        client.once('connect_error', reject);
        client.emit('whoami', {}, resolve);
      });
    } finally {
      client.close();
    }
  }

  it("makes the socket the user's, by a session or a bearer token", async () => {
    expect(await ask(signedInAs({ sub: 'ada' }))).toBe('ada');
    expect(await ask(signedInAs({ sub: 'bob' }, { as: 'bearer' }))).toBe('bob');
    expect(await ask({})).toMatchObject({ status: 'error' });
  });
});
