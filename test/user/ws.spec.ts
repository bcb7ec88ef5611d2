import { afterEach, describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { UseFilters, UseGuards, type Type } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import {
  AuthUser,
  IdTokenClaims,
  LogtoContext,
  LogtoExceptionFilter,
  LogtoGuard,
  LogtoService,
  RequireRoles,
  WithLogto,
} from 'nestjs-logto';
import type { WebSocket } from 'ws';
import { LogRecorder } from '../guard/support/log-recorder.js';
import { accessTenant } from '../guard/support/access-tenant.js';
import { signedInBrowser } from '../guard/support/signed-in-browser.js';
import type { TestApp, TestAppParts } from '../support/app/app.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { resource } from '../support/logto/issuer.js';
import { ownSession } from '../support/app/own-session.js';
import { refused } from './support/refused.js';
import { startSocketApp } from './support/start-socket-app.js';
import { WsClient } from './support/ws-client.js';
import { closeLater } from '../support/runner/leftovers.js';

/** Does not call `bindHandshake`, so that the handshake of a socket is unknown: `ws` hides it. */
@UseFilters(LogtoExceptionFilter)
@WebSocketGateway({ path: '/ws' })
class UnboundGateway {
  @SubscribeMessage('open')
  open(@AuthUser() user: LogtoContext): unknown {
    return answer(user.claims?.sub ?? 'anonymous');
  }

  @SubscribeMessage('say')
  @UseGuards(LogtoGuard)
  say(@AuthUser('claims') claims: IdTokenClaims): unknown {
    return answer(`${claims.sub} says`);
  }

  @SubscribeMessage('either')
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: ['session', 'bearer'] })
  either(@AuthUser() user: LogtoContext): unknown {
    return answer(`${user.claims?.sub} with ${user.scopes?.join(' ') ?? 'a session'}`);
  }

  @SubscribeMessage('moderate')
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  moderate(): unknown {
    return answer('moderated');
  }
}

@WebSocketGateway({ path: '/ws' })
class BoundGateway extends UnboundGateway implements OnGatewayConnection {
  constructor(private readonly logto: LogtoService) {
    super();
  }

  handleConnection(client: WebSocket, request: IncomingMessage): void {
    this.logto.bindHandshake(client, request);
  }
}

const appSession = ownSession({ name: 'own.sid' });

@WebSocketGateway({ path: '/ws' })
class OwnSessionGateway extends UnboundGateway implements OnGatewayConnection {
  constructor(private readonly logto: LogtoService) {
    super();
  }

  handleConnection(client: WebSocket, request: IncomingMessage): void {
    this.logto.bindHandshake(client, request, appSession);
  }
}

const answer = (data: string): unknown => ({ event: 'answer', data });

describe('A gateway on ws', () => {
  const tenant = accessTenant();

  afterEach(restoreTime);

  const start = async (gateway: Type = BoundGateway, parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
    closeLater(await startSocketApp(WsAdapter, gateway, { issuer: tenant.issuer, ...parts }));

  async function connect(
    app: TestApp,
    headers?: Record<string, string>,
  ): Promise<(event: string) => Promise<unknown>> {
    const client = closeLater(await WsClient.connect(app, headers));
    return (event) => client.ask(event);
  }

  it('knows the user by the session or the bearer token of the handshake', async () => {
    const app = await start();
    const { handshake } = await signedInBrowser(app, tenant.issuer, 'ada');
    const bySession = await connect(app, handshake);
    const byToken = await connect(app, {
      authorization: `Bearer ${await tenant.tokens.ofUser('ada', { resource })}`,
    });

    expect([await bySession('say'), await bySession('open'), await bySession('either')]).toEqual([
      'ada says',
      'ada',
      'ada with a session',
    ]);
    expect([await byToken('either'), await byToken('say')]).toEqual([
      'ada with read:things',
      refused('not_authenticated'),
    ]);
  });

  it('denies with an `exception` that gives the reason', async () => {
    const app = await start();
    const { handshake } = await signedInBrowser(app, tenant.issuer, 'bob');
    const [anonymous, bob, bad] = [
      await connect(app),
      await connect(app, handshake),
      await connect(app, { authorization: 'Bearer bad' }),
    ];

    expect(await anonymous('open')).toBe('anonymous');
    expect(await anonymous('say')).toEqual(refused('not_authenticated'));
    expect(await bob('moderate')).toEqual(refused('insufficient_role'));
    expect(await bad('either')).toEqual(refused('invalid_token'));
  });

  it('denies a session on a cross-site handshake', async () => {
    const app = await start();
    const { handshake } = await signedInBrowser(app, tenant.issuer, 'ada');

    const ask = await connect(app, { ...handshake, origin: 'https://evil.example' });
    expect(await ask('say')).toEqual(refused('cross_site_request'));
  });

  it('notices a sign-out within ten seconds', async () => {
    const app = await start();
    const { browser, handshake } = await signedInBrowser(app, tenant.issuer, 'ada');
    const ask = await connect(app, handshake);
    expect(await ask('say')).toBe('ada says');

    await browser.open('/logto/sign-out');
    passTime(11);
    expect(await ask('say')).toEqual(refused('not_authenticated'));
  });

  it('knows the user by the session that the app mounts itself and passes to `bindHandshake`', async () => {
    const app = await start(OwnSessionGateway, {
      logto: { session: undefined, cookieSecret: 'a-secret-for-cookies-of-the-specs' },
      configure: (nest) => nest.use(appSession),
    });
    const { handshake } = await signedInBrowser(app, tenant.issuer, 'ada');

    expect(await (await connect(app, handshake))('say')).toBe('ada says');
  });

  it('denies every guarded message without `bindHandshake`, and logs once that the call is missing', async () => {
    const logs = new LogRecorder();
    const app = await start(UnboundGateway, { configure: (nest) => nest.useLogger(logs) });
    const { handshake } = await signedInBrowser(app, tenant.issuer, 'ada');
    const ask = await connect(app, handshake);

    expect(await ask('open')).toBe('anonymous');
    for (const event of ['say', 'either', 'say']) {
      const refusal = await ask(event);
      expect(refusal).toEqual(refused('context_not_supported'));
      expect((refusal as { message: string }).message).toContain('bindHandshake');
    }
    expect(logs.errors.filter((line) => line.includes('bindHandshake'))).toHaveLength(1);
    logs.stop();
  });
});
