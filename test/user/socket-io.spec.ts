import { afterEach, describe, expect, it } from '@jest/globals';
import { UseFilters, UseGuards, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { AuthUser, IdTokenClaims, LogtoExceptionFilter, LogtoGuard, Public } from 'nestjs-logto';
import { accessTenant } from '../guard/support/access-tenant.js';
import { signedInBrowser } from '../guard/support/signed-in-browser.js';
import type { TestApp, TestAppParts } from '../support/app/app.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { resource } from '../support/logto/issuer.js';
import { ChatGateway } from './support/chat.gateway.js';
import { refused } from './support/refused.js';
import { SocketIoClient, type Handshake } from './support/socket-io-client.js';
import { startSocketApp } from './support/start-socket-app.js';
import { closeLater } from '../support/runner/leftovers.js';

@WebSocketGateway()
class GatewayWithoutFilter {
  @SubscribeMessage('say')
  @UseGuards(LogtoGuard)
  say(): string {
    return 'said';
  }
}

@UseFilters(LogtoExceptionFilter)
@WebSocketGateway()
class GatewayWithoutGuard {
  @SubscribeMessage('closed')
  closed(@AuthUser('claims') claims: IdTokenClaims): string {
    return claims.sub;
  }

  @SubscribeMessage('open')
  @Public()
  open(): string {
    return 'open';
  }
}

describe('A gateway on socket.io', () => {
  const tenant = accessTenant();

  afterEach(restoreTime);

  const start = async (gateway: Type = ChatGateway, parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
    closeLater(await startSocketApp(IoAdapter, gateway, { issuer: tenant.issuer, ...parts }));

  async function connect(app: TestApp, handshake?: Handshake): Promise<(event: string) => Promise<unknown>> {
    const client = closeLater(await SocketIoClient.connect(app, handshake));
    return (event) => client.ask(event);
  }

  it.each(['websocket', 'polling'] as const)(
    'knows the user by the session cookie of the handshake: %s',
    async (transport) => {
      const app = await start();
      const { handshake } = await signedInBrowser(app, tenant.issuer, 'ada');
      const ask = await connect(app, { headers: handshake, transport });

      expect([await ask('say'), await ask('open'), await ask('either')]).toEqual([
        'ada says',
        'ada',
        'ada with a session',
      ]);
    },
  );

  it('denies an anonymous message with an `exception` that gives the reason, with LogtoExceptionFilter', async () => {
    const ask = await connect(await start());

    expect(await ask('open')).toBe('anonymous');
    expect(await ask('say')).toEqual({
      status: 'error',
      code: 'not_authenticated',
      message: 'You are not signed in. Sign in and try again.',
    });
  });

  it("denies an anonymous message with Nest's generic error, without that filter", async () => {
    const ask = await connect(await start(GatewayWithoutFilter));
    expect(await ask('say')).toMatchObject({ status: 'error', message: 'Internal server error' });
  });

  it('checks requirements', async () => {
    const app = await start();
    const [ada, bob] = [
      await signedInBrowser(app, tenant.issuer, 'ada'),
      await signedInBrowser(app, tenant.issuer, 'bob'),
    ];
    const byAda = await connect(app, { headers: { ...ada.handshake, 'x-org': 'org_1' } });
    const byBob = await connect(app, { headers: { ...bob.handshake, 'x-org': 'org_1' } });

    expect([await byAda('moderate'), await byAda('read'), await byAda('organization')]).toEqual([
      'moderated',
      'read',
      'member',
    ]);
    expect([await byBob('moderate'), await byBob('read'), await byBob('organization')]).toEqual([
      refused('insufficient_role'),
      refused('insufficient_scope'),
      refused('organization_required'),
    ]);
  });

  it('can take the organization from any part of the handshake', async () => {
    const app = await start();
    const { handshake: headers } = await signedInBrowser(app, tenant.issuer, 'ada');
    const byHeader = await connect(app, { headers: { ...headers, 'x-org': 'org_1' } });
    const byQuery = await connect(app, { headers, query: { org: 'org_1' } });
    const byOther = await connect(app, { headers, query: { org: 'org_2' } });

    expect(await byHeader('organization-by-query')).toBe('member');
    expect(await byQuery('organization-by-query')).toBe('member');
    expect(await byOther('organization-by-query')).toEqual(refused('organization_required'));
  });

  describe('that accepts bearer tokens', () => {
    it('reads them from the header, or from `auth` because browsers cannot set headers', async () => {
      const app = await start();
      const token = await tenant.tokens.ofUser('ada', { resource });
      const clients = [
        await connect(app, { headers: { authorization: `Bearer ${token}` } }),
        await connect(app, { auth: { token } }),
        await connect(app, { auth: { token: `Bearer ${token}` } }),
      ];

      for (const ask of clients) {
        expect(await ask('either')).toBe('ada with read:things');
        expect(await ask('say')).toEqual(refused('not_authenticated'));
      }
      for (const bad of ['bad', '', 'Basic x', 7]) {
        const ask = await connect(app, { auth: { token: bad } });
        expect(await ask('either')).toEqual(refused(bad === 7 ? 'not_authenticated' : 'invalid_token'));
      }
    });

    it('prefers the header when there is also a token in `auth`', async () => {
      const [ada, bob] = [
        await tenant.tokens.ofUser('ada', { resource }),
        await tenant.tokens.ofUser('bob', { resource }),
      ];
      const ask = await connect(await start(), {
        headers: { authorization: `Bearer ${ada}` },
        auth: { token: bob },
      });

      expect(await ask('either')).toBe('ada with read:things');
    });

    it('verifies the token for each message: an open socket does not outlive its token', async () => {
      const ask = await connect(await start(), {
        auth: { token: await tenant.tokens.ofUser('ada', { resource }) },
      });
      expect(await ask('either')).toBe('ada with read:things');

      passTime(3700);
      expect(await ask('either')).toEqual(refused('invalid_token'));
    });
  });

  it('denies a session, but not a token, on a cross-site handshake', async () => {
    const app = await start();
    const { handshake } = await signedInBrowser(app, tenant.issuer, 'ada');
    for (const origin of ['https://evil.example', 'null']) {
      const ask = await connect(app, { headers: { ...handshake, origin } });
      expect(await ask('say')).toEqual(refused('cross_site_request'));
    }
    const byToken = await connect(app, {
      headers: { origin: 'https://evil.example' },
      auth: { token: await tenant.tokens.ofUser('ada', { resource }) },
    });
    expect(await byToken('either')).toBe('ada with read:things');
  });

  it('accepts handshakes of native clients, which have no origin, and of `allowedOrigins`', async () => {
    const origin = 'https://front.example.com';
    const app = await start(ChatGateway, { logto: { allowedOrigins: [origin] } });
    const { handshake } = await signedInBrowser(app, tenant.issuer, 'ada');
    const { cookie = '' } = handshake;

    expect(await (await connect(app, { headers: { cookie } }))('say')).toBe('ada says');
    expect(await (await connect(app, { headers: { cookie, origin } }))('say')).toBe('ada says');
  });

  it('is protected by a global guard in Nest 12, except for what is public', async () => {
    const app = await start(GatewayWithoutGuard, {
      providers: [{ provide: APP_GUARD, useClass: LogtoGuard }],
    });
    const { handshake } = await signedInBrowser(app, tenant.issuer, 'ada');
    const [anonymous, ada] = [await connect(app), await connect(app, { headers: handshake })];

    expect([await anonymous('open'), await anonymous('closed'), await ada('closed')]).toEqual([
      'open',
      refused('not_authenticated'),
      'ada',
    ]);
  });
});
