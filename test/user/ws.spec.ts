import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { UseFilters, UseGuards, type Type } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import expressSession from 'express-session';
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
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { WebSocket } from 'ws';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app.js';
import { passTime, restoreTime } from '../support/clock.js';
import { resource } from '../support/issuer.js';
import { tokenOptions } from '../support/token-app.js';
import { LogRecorder } from '../access/support/log-recorder.js';
import { RealTokens, startAccessIssuer } from '../access/support/real-tokens.js';
import { signedInBrowser } from '../access/support/session-browser.js';

/** Forgets to tell which handshake a socket came with, which `ws` hides. */
@UseFilters(LogtoExceptionFilter)
@WebSocketGateway({ path: '/ws' })
class UnboundGateway {
  @SubscribeMessage('open')
  open(@AuthUser() user: LogtoContext): unknown {
    return answer(user.claims?.sub ?? 'anybody');
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

const ownSession = expressSession({ ...session, resave: false, saveUninitialized: false, name: 'own.sid' });

@WebSocketGateway({ path: '/ws' })
class OwnSessionGateway extends UnboundGateway implements OnGatewayConnection {
  constructor(private readonly logto: LogtoService) {
    super();
  }

  handleConnection(client: WebSocket, request: IncomingMessage): void {
    this.logto.bindHandshake(client, request, ownSession);
  }
}

const answer = (data: string): unknown => ({ event: 'answer', data });
const refused = (code: string): object => expect.objectContaining({ status: 'error', code });

describe('Gateways on ws', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  const running: { close(): unknown }[] = [];

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = await RealTokens.from(issuer);
  });

  afterEach(async () => {
    restoreTime();
    for (const one of running.splice(0).toReversed()) await one.close();
  });

  afterAll(async () => {
    await tokens.close();
    await issuer.close();
  });

  async function start(gateway: Type = BoundGateway, parts: Partial<TestAppParts> = {}): Promise<TestApp> {
    const app = await startApp({
      issuer,
      ...parts,
      providers: [gateway],
      logto: { ...tokenOptions, api: { audience: resource }, ...parts.logto },
      configure: (nest) => {
        parts.configure?.(nest);
        nest.useWebSocketAdapter(new WsAdapter(nest));
      },
    });
    running.push(app);
    return app;
  }

  /** Opens a socket with these headers, and gives a way to ask over it. */
  async function connect(
    app: TestApp,
    headers: Record<string, string> = {},
  ): Promise<(event: string) => Promise<unknown>> {
    const client = new WebSocket(`${app.baseUrl.replace('http', 'ws')}/ws`, { headers });
    running.push({ close: () => client.close() });
    await new Promise<void>((resolve, reject) => client.once('open', resolve).once('error', reject));
    return (event) =>
      new Promise((resolve) => {
        client.once('message', (text: Buffer) =>
          resolve((JSON.parse(text.toString()) as { data: unknown }).data),
        );
        client.send(JSON.stringify({ event, data: {} }));
      });
  }

  it('know who opened the socket, by session or bearer token', async () => {
    const app = await start();
    const { handshake } = await signedInBrowser(app, issuer, 'ada');
    const bySession = await connect(app, handshake);
    const byToken = await connect(app, {
      authorization: `Bearer ${await tokens.ofUser('ada', { resource })}`,
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

  it('refuse with an `exception` that names the reason', async () => {
    const app = await start();
    const { handshake } = await signedInBrowser(app, issuer, 'bob');
    const [nobody, bob, bad] = [
      await connect(app),
      await connect(app, handshake),
      await connect(app, { authorization: 'Bearer bad' }),
    ];

    expect(await nobody('open')).toBe('anybody');
    expect(await nobody('say')).toEqual(refused('not_authenticated'));
    expect(await bob('moderate')).toEqual(refused('insufficient_role'));
    expect(await bad('either')).toEqual(refused('invalid_token'));
  });

  it('refuse a session on a handshake that another site made', async () => {
    const app = await start();
    const { handshake } = await signedInBrowser(app, issuer, 'ada');

    const ask = await connect(app, { ...handshake, origin: 'https://evil.example' });
    expect(await ask('say')).toEqual(refused('cross_site_request'));
  });

  it('notice a sign-out within ten seconds', async () => {
    const app = await start();
    const { browser, handshake } = await signedInBrowser(app, issuer, 'ada');
    const ask = await connect(app, handshake);
    expect(await ask('say')).toBe('ada says');

    await browser.open('/logto/sign-out');
    passTime(11);
    expect(await ask('say')).toEqual(refused('not_authenticated'));
  });

  it('know the user of an app’s own session, which is handed over with the handshake', async () => {
    const app = await start(OwnSessionGateway, {
      logto: { session: undefined, cookieSecret: 'a-secret-for-cookies-of-the-specs' },
      configure: (nest) => nest.use(ownSession),
    });
    const { handshake } = await signedInBrowser(app, issuer, 'ada');

    expect(await (await connect(app, handshake))('say')).toBe('ada says');
  });

  it('let nobody pass whose handshake they did not tell, and say at once and once what is missing', async () => {
    const logs = new LogRecorder();
    const app = await start(UnboundGateway, { configure: (nest) => nest.useLogger(logs) });
    const { handshake } = await signedInBrowser(app, issuer, 'ada');
    const ask = await connect(app, handshake);

    expect(await ask('open')).toBe('anybody');
    for (const event of ['say', 'either', 'say']) {
      const refusal = await ask(event);
      expect(refusal).toEqual(refused('context_not_supported'));
      expect((refusal as { message: string }).message).toContain('bindHandshake');
    }
    expect(logs.errors.filter((line) => line.includes('bindHandshake'))).toHaveLength(1);
    logs.stop();
  });
});
