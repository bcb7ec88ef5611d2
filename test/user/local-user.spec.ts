import { describe, expect, it } from '@jest/globals';
import { UseFilters, UseGuards } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { AuthUser, LocalUser, LogtoExceptionFilter, LogtoGuard, WithLogto } from 'nestjs-logto';
import { accessTenant } from '../guard/support/access-tenant.js';
import { signedInBrowser } from '../guard/support/signed-in-browser.js';
import { Users } from '../hooks/support/users.js';
import { resource } from '../support/logto/issuer.js';
import { closeLater } from '../support/runner/leftovers.js';
import { refused } from './support/refused.js';
import { SocketIoClient, type Handshake } from './support/socket-io-client.js';
import { startSocketApp } from './support/start-socket-app.js';

@UseFilters(LogtoExceptionFilter)
@WebSocketGateway()
class LocalUserGateway {
  @SubscribeMessage('local')
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: ['session', 'bearer'] })
  local(@AuthUser('localUser') user: LocalUser): LocalUser {
    return user;
  }
}

describe('The local user of a socket', () => {
  const tenant = accessTenant();

  it('is that of the session or the bearer token of the handshake', async () => {
    const app = await startSocketApp(IoAdapter, LocalUserGateway, {
      issuer: tenant.issuer,
      providers: [Users],
    });
    const users = app.app.get(Users);
    const ask = async (handshake: Handshake): Promise<unknown> =>
      closeLater(await SocketIoClient.connect(app, handshake)).ask('local');
    const { handshake } = await signedInBrowser(app, tenant.issuer, 'ada');
    const token = await tenant.tokens.ofUser('bob', { resource });

    expect(await ask({ headers: handshake })).toEqual({ id: 1, sub: 'ada' });
    users.result = () => null;
    expect(await ask({ auth: { token } })).toEqual(refused('user_not_allowed'));
    users.result = () => ({ id: 2 });
    expect(await ask({ auth: { token } })).toEqual({ id: 2 });
    expect(users.calls.map(({ resolution }) => resolution.credential)).toEqual([
      'session',
      'bearer',
      'bearer',
    ]);
  });
});
