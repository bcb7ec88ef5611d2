import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { UseFilters, UseGuards, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import {
  ConnectedSocket,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayInit,
} from '@nestjs/websockets';
import expressSession from 'express-session';
import {
  AuthUser,
  IdTokenClaims,
  LogtoContext,
  LogtoExceptionFilter,
  LogtoGuard,
  LogtoService,
  Public,
  RequireOrganization,
  RequireRoles,
  RequireScopes,
  WithLogto,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { io, type Socket as Client } from 'socket.io-client';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app.js';
import { passTime, restoreTime } from '../support/clock.js';
import { resource } from '../support/issuer.js';
import { MemorySessionStore } from '../support/memory-session-store.js';
import { tokenOptions } from '../support/token-app.js';
import { RealTokens, startAccessIssuer } from '../access/support/real-tokens.js';
import { signedInBrowser } from '../access/support/session-browser.js';
import { comeBack, travel } from '../access/support/travel.js';

/** Clients of socket.io give up a connection that was silent for long, by the clock that the specs move on. */
const patient = { pingInterval: 20_000_000, pingTimeout: 20_000_000 };

@UseFilters(LogtoExceptionFilter)
@WebSocketGateway(patient)
class ChatGateway {
  @SubscribeMessage('open')
  open(@AuthUser() user: LogtoContext): string {
    return user.claims?.sub ?? 'anybody';
  }

  @SubscribeMessage('say')
  @UseGuards(LogtoGuard)
  say(@AuthUser('claims') claims: IdTokenClaims): string {
    return `${claims.sub} says`;
  }

  @SubscribeMessage('either')
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: ['session', 'bearer'] })
  either(@AuthUser() user: LogtoContext): string {
    return `${user.claims?.sub} with ${user.scopes?.join(' ') ?? 'a session'}`;
  }

  @SubscribeMessage('moderate')
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  moderate(): string {
    return 'moderated';
  }

  @SubscribeMessage('read')
  @UseGuards(LogtoGuard)
  @RequireScopes('read:things')
  read(): string {
    return 'read';
  }

  @SubscribeMessage('organization')
  @UseGuards(LogtoGuard)
  @RequireOrganization({ header: 'x-org' })
  organization(): string {
    return 'within';
  }

  @SubscribeMessage('organization-by-query')
  @UseGuards(LogtoGuard)
  @RequireOrganization((request) => request.get('x-org') ?? (request.query.org as string | undefined))
  organizationByQuery(): string {
    return 'within';
  }
}

@WebSocketGateway()
class PlainGateway {
  @SubscribeMessage('say')
  @UseGuards(LogtoGuard)
  say(): string {
    return 'said';
  }
}

@UseFilters(LogtoExceptionFilter)
@WebSocketGateway()
class GlobalGateway {
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

const ownSession = expressSession({ ...session, resave: false, saveUninitialized: false, name: 'own.sid' });

interface Engine {
  engine: { use(middleware: unknown): void };
}

/** Hands the app's own session over to the transport. */
@WebSocketGateway()
class EngineGateway extends ChatGateway implements OnGatewayInit<Engine> {
  afterInit(server: Engine): void {
    server.engine.use(ownSession);
  }
}

/** Hands it over to the module, socket by socket. */
@WebSocketGateway()
class BindingGateway extends ChatGateway implements OnGatewayConnection {
  constructor(private readonly logto: LogtoService) {
    super();
  }

  handleConnection(
    @ConnectedSocket() client: { request: Parameters<LogtoService['bindHandshake']>[1] },
  ): void {
    this.logto.bindHandshake(client, client.request, ownSession);
  }
}

const refused = (code: string): object => expect.objectContaining({ status: 'error', code });

describe('Gateways on socket.io', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  const running: { close(): unknown }[] = [];

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = await RealTokens.from(issuer);
  });

  afterEach(async () => {
    restoreTime();
    comeBack();
    for (const one of running.splice(0).toReversed()) await one.close();
  });

  afterAll(async () => {
    await tokens.close();
    await issuer.close();
  });

  async function start(gateway: Type = ChatGateway, parts: Partial<TestAppParts> = {}): Promise<TestApp> {
    const app = await startApp({
      issuer,
      ...parts,
      providers: [gateway, ...(parts.providers ?? [])],
      logto: { ...tokenOptions, api: { audience: resource }, ...parts.logto },
      configure: (nest) => {
        parts.configure?.(nest);
        nest.useWebSocketAdapter(new IoAdapter(nest));
      },
    });
    running.push(app);
    return app;
  }

  /** Opens a socket with these headers, and gives a way to ask over it. */
  async function connect(
    app: TestApp,
    headers: Record<string, string> = {},
    auth: Record<string, unknown> = {},
    transport = 'websocket',
    query: Record<string, string> = {},
  ): Promise<(event: string) => Promise<unknown>> {
    const client: Client = io(app.baseUrl, {
      extraHeaders: headers,
      auth,
      query,
      transports: [transport],
      reconnection: false,
      forceNew: true,
    });
    running.push({ close: () => client.close() });
    await new Promise<void>((resolve, reject) => {
      client.once('connect', resolve);
      client.once('connect_error', reject);
    });
    return (event) =>
      new Promise((resolve) => {
        client.once('exception', resolve);
        client.emit(event, {}, resolve);
      });
  }

  it.each(['websocket', 'polling'])(
    'know who opened the socket, by the session cookie: %s',
    async (transport) => {
      const app = await start();
      const { handshake } = await signedInBrowser(app, issuer, 'ada');
      const ask = await connect(app, handshake, {}, transport);

      expect([await ask('say'), await ask('open'), await ask('either')]).toEqual([
        'ada says',
        'ada',
        'ada with a session',
      ]);
    },
  );

  it('refuse nobody with an `exception` that names the reason, by LogtoExceptionFilter', async () => {
    const ask = await connect(await start());

    expect(await ask('open')).toBe('anybody');
    expect(await ask('say')).toEqual({
      status: 'error',
      code: 'not_authenticated',
      message: 'Nobody is signed in. Sign in and try again.',
    });
  });

  it('refuse nobody without that filter too, in the general words of Nest', async () => {
    const ask = await connect(await start(PlainGateway));
    expect(await ask('say')).toMatchObject({ status: 'error', message: 'Internal server error' });
  });

  it('hold users against requirements', async () => {
    const app = await start();
    const [ada, bob] = [await signedInBrowser(app, issuer, 'ada'), await signedInBrowser(app, issuer, 'bob')];
    const byAda = await connect(app, { ...ada.handshake, 'x-org': 'org_1' });
    const byBob = await connect(app, { ...bob.handshake, 'x-org': 'org_1' });

    expect([await byAda('moderate'), await byAda('read'), await byAda('organization')]).toEqual([
      'moderated',
      'read',
      'within',
    ]);
    expect([await byBob('moderate'), await byBob('read'), await byBob('organization')]).toEqual([
      refused('insufficient_role'),
      refused('insufficient_scope'),
      refused('organization_required'),
    ]);
  });

  it('let an app find the organization by whatever the handshake says', async () => {
    const app = await start();
    const { handshake } = await signedInBrowser(app, issuer, 'ada');
    const byHeader = await connect(app, { ...handshake, 'x-org': 'org_1' });
    const byQuery = await connect(app, handshake, {}, 'websocket', { org: 'org_1' });
    const byOther = await connect(app, handshake, {}, 'websocket', { org: 'org_2' });

    expect(await byHeader('organization-by-query')).toBe('within');
    expect(await byQuery('organization-by-query')).toBe('within');
    expect(await byOther('organization-by-query')).toEqual(refused('organization_required'));
  });

  it('take a bearer token by its header, or beside the handshake where a browser cannot set one', async () => {
    const app = await start();
    const token = await tokens.ofUser('ada', { resource });
    const asked = [
      await connect(app, { authorization: `Bearer ${token}` }),
      await connect(app, {}, { token }),
      await connect(app, {}, { token: `Bearer ${token}` }),
    ];

    for (const ask of asked) {
      expect(await ask('either')).toBe('ada with read:things');
      expect(await ask('say')).toEqual(refused('not_authenticated'));
    }
    for (const bad of ['bad', '', 'Basic x', 7]) {
      const ask = await connect(app, {}, { token: bad });
      expect(await ask('either')).toEqual(refused(bad === 7 ? 'not_authenticated' : 'invalid_token'));
    }
  });

  it('go by the header where there is a token beside it as well', async () => {
    const [ada, bob] = [await tokens.ofUser('ada', { resource }), await tokens.ofUser('bob', { resource })];
    const ask = await connect(await start(), { authorization: `Bearer ${ada}` }, { token: bob });

    expect(await ask('either')).toBe('ada with read:things');
  });

  it('look at a token with each message: an open socket does not outlive it', async () => {
    const ask = await connect(await start(), {}, { token: await tokens.ofUser('ada', { resource }) });
    expect(await ask('either')).toBe('ada with read:things');

    travel(3700);
    expect(await ask('either')).toEqual(refused('invalid_token'));
  });

  it('refuse a session on a handshake that another site made, and no token', async () => {
    const app = await start();
    const { handshake } = await signedInBrowser(app, issuer, 'ada');
    for (const origin of ['https://evil.example', 'null']) {
      const ask = await connect(app, { ...handshake, origin });
      expect(await ask('say')).toEqual(refused('cross_site_request'));
    }
    const byToken = await connect(
      app,
      { origin: 'https://evil.example' },
      { token: await tokens.ofUser('ada', { resource }) },
    );
    expect(await byToken('either')).toBe('ada with read:things');
  });

  it('take the handshakes of native clients, which have no origin, and of `allowedOrigins`', async () => {
    const origin = 'https://front.example.com';
    const app = await start(ChatGateway, { logto: { allowedOrigins: [origin] } });
    const { handshake } = await signedInBrowser(app, issuer, 'ada');
    const { cookie = '' } = handshake;

    expect(await (await connect(app, { cookie }))('say')).toBe('ada says');
    expect(await (await connect(app, { cookie, origin }))('say')).toBe('ada says');
  });

  it('notice a sign-out within ten seconds, and ask the store no more often', async () => {
    const store = new MemorySessionStore();
    const app = await start(ChatGateway, { logto: { session: { ...session, store } } });
    const { browser, handshake } = await signedInBrowser(app, issuer, 'ada');
    const ask = await connect(app, handshake);
    await ask('say');
    const reads = store.count('get');
    for (let message = 0; message < 20; message += 1) await ask('say');
    expect(store.count('get')).toBe(reads);

    await browser.open('/logto/sign-out');
    passTime(11);
    expect(await ask('say')).toEqual(refused('not_authenticated'));
    expect(await ask('open')).toBe('anybody');
  });

  it('notice that Logto has taken the user away', async () => {
    const app = await start(ChatGateway, { logto: { revalidateAfter: 600 } });
    const { handshake } = await signedInBrowser(app, issuer, 'bob');
    const ask = await connect(app, handshake);
    expect(await ask('say')).toBe('bob says');

    issuer.suspendUser('bob');
    passTime(700);
    expect(await ask('say')).toEqual(refused('not_authenticated'));
    issuer.restoreUser('bob');
  });

  it('answer what is guarded with an error while the session store is down, and the rest as ever', async () => {
    const store = new MemorySessionStore();
    const app = await start(ChatGateway, { logto: { session: { ...session, store } } });
    const { handshake } = await signedInBrowser(app, issuer, 'ada');
    const ask = await connect(app, handshake);
    store.failing = (operation) => operation === 'get';

    expect(await ask('say')).toEqual(refused('session_store_unavailable'));
    expect(await ask('open')).toBe('anybody');
    store.failing = () => false;
    expect(await ask('say')).toBe('ada says');
  });

  describe('in an app that mounts its own session', () => {
    const own: Partial<TestAppParts> = {
      logto: { session: undefined, cookieSecret: 'a-secret-for-cookies-of-the-specs' },
      configure: (nest) => nest.use(ownSession),
    };

    it.each<[string, Type]>([
      ['the transport', EngineGateway],
      ['LogtoService.bindHandshake', BindingGateway],
    ])('know the user where it is handed to %s, and notice a sign-out', async (_, gateway) => {
      const app = await start(gateway, own);
      const { browser, handshake } = await signedInBrowser(app, issuer, 'ada');
      const ask = await connect(app, handshake);
      expect(await ask('say')).toBe('ada says');
      expect(await ask('read')).toBe('read');

      await browser.open('/logto/sign-out');
      passTime(11);
      expect(await ask('say')).toEqual(refused('not_authenticated'));
    });

    it('say how to hand it over where nobody has', async () => {
      const app = await start(ChatGateway, own);
      const { handshake } = await signedInBrowser(app, issuer, 'ada');
      const ask = await connect(app, handshake);

      const answer = await ask('say');
      expect(answer).toEqual(refused('session_not_configured'));
      expect((answer as { message: string }).message).toContain('bindHandshake');
      expect(await ask('open')).toBe('anybody');
    });
  });

  it('are guarded by a global guard in Nest 12, but for what is public', async () => {
    const app = await start(GlobalGateway, { providers: [{ provide: APP_GUARD, useClass: LogtoGuard }] });
    const { handshake } = await signedInBrowser(app, issuer, 'ada');
    const [nobody, ada] = [await connect(app), await connect(app, handshake)];

    expect([await nobody('open'), await nobody('closed'), await ada('closed')]).toEqual([
      'open',
      refused('not_authenticated'),
      'ada',
    ]);
  });
});
