import { describe, expect, it } from '@jest/globals';
import { UseGuards } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { AuthUser, IdTokenClaims, LogtoGuard, WithLogto } from 'nestjs-logto';
import { LogtoTestingModule, signedInAs } from 'nestjs-logto/testing';
import { SocketIoClient } from '../user/support/socket-io-client.js';
import { shop, startUnderTest } from './support/shop-under-test.js';

@WebSocketGateway()
class ChatGateway {
  @SubscribeMessage('whoami')
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: ['session', 'bearer'] })
  whoami(@AuthUser('claims') claims: IdTokenClaims): string {
    return claims.sub;
  }
}

const builder = shop([LogtoTestingModule.forRoot(), { module: class Chat {}, providers: [ChatGateway] }]);
const { app } = await startUnderTest(builder, (nest) => nest.useWebSocketAdapter(new IoAdapter(nest)));
await app.listen(0);
const baseUrl = await app.getUrl();

describe('signedInAs on the handshake of a socket', () => {
  async function ask(headers?: Record<string, string>): Promise<unknown> {
    const client = await SocketIoClient.connect({ baseUrl }, { headers });
    return client.ask('whoami').finally(() => client.close());
  }

  it('signs the socket in, by a session or a bearer token', async () => {
    expect(await ask(signedInAs({ sub: 'ada' }))).toBe('ada');
    expect(await ask(signedInAs({ sub: 'bob' }, { as: 'bearer' }))).toBe('bob');
    expect(await ask()).toMatchObject({ status: 'error' });
  });
});
