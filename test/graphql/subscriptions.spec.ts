import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { UseGuards } from '@nestjs/common';
import { GraphQLModule, Query, Resolver, Subscription } from '@nestjs/graphql';
import expressSession from 'express-session';
import { createClient, type Client } from 'graphql-ws';
import {
  AuthUser,
  IdTokenClaims,
  LogtoContext,
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
import { RealTokens, startAccessIssuer } from '../guard/support/real-tokens.js';
import { signedInBrowser } from '../guard/support/session-browser.js';

async function* ticks(name: string): AsyncGenerator<Record<string, string>> {
  yield { [name]: 'one' };
  yield { [name]: 'two' };
}

@Resolver()
@WithLogto({ accept: ['session', 'bearer'] })
class TicksResolver {
  @Query(() => String)
  @UseGuards(LogtoGuard)
  me(@AuthUser('claims') claims: IdTokenClaims): string {
    return claims.sub;
  }

  @Query(() => String)
  who(@AuthUser() user: LogtoContext): string {
    return user.claims?.sub ?? 'anybody';
  }

  @Subscription(() => String)
  open(): AsyncGenerator {
    return ticks('open');
  }

  @Subscription(() => String)
  @UseGuards(LogtoGuard)
  guarded(): AsyncGenerator {
    return ticks('guarded');
  }

  @Subscription(() => String)
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  administered(): AsyncGenerator {
    return ticks('administered');
  }
}

const ownSession = expressSession({ ...session, resave: false, saveUninitialized: false, name: 'own.sid' });

describe('GraphQL over WebSocket', () => {
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

  async function start(
    graphql: Partial<ApolloDriverConfig> = {},
    parts: Partial<TestAppParts> = {},
  ): Promise<TestApp> {
    const app = await startApp({
      issuer,
      ...parts,
      imports: [
        GraphQLModule.forRoot<ApolloDriverConfig>({
          driver: ApolloDriver,
          autoSchemaFile: true,
          subscriptions: { 'graphql-ws': true },
          ...graphql,
        }),
      ],
      providers: [TicksResolver],
      logto: { ...tokenOptions, api: { audience: resource }, ...parts.logto },
    });
    running.push(app);
    return app;
  }

  /** A client that opens one socket with these headers, and keeps it. */
  function connect(
    app: TestApp,
    headers: Record<string, string> = {},
    connectionParams: Record<string, unknown> = {},
  ): (query: string) => Promise<unknown[]> {
    class Socket extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol, { headers });
      }
    }
    const client: Client = createClient({
      url: `${app.baseUrl.replace('http', 'ws')}/graphql`,
      webSocketImpl: Socket,
      connectionParams,
      lazy: false,
      retryAttempts: 0,
      onNonLazyError: () => undefined,
    });
    running.push({ close: () => client.dispose() });
    return async (query) => {
      const results: unknown[] = [];
      try {
        for await (const { data, errors } of client.iterate({ query })) {
          results.push(errors ? codeOf(errors) : data);
        }
      } catch (error) {
        results.push(codeOf(error));
      }
      return results;
    };
  }

  it('knows who opened the socket by the session cookie, in subscriptions and in queries', async () => {
    const app = await start();
    const { handshake } = await signedInBrowser(app, issuer, 'ada');
    const ask = connect(app, handshake);

    expect(await ask('subscription { guarded }')).toEqual([{ guarded: 'one' }, { guarded: 'two' }]);
    expect(await ask('subscription { administered }')).toHaveLength(2);
    expect(await ask('{ me who }')).toEqual([{ me: 'ada', who: 'ada' }]);
  });

  it('knows it by a bearer token in a header or in the connection’s parameters', async () => {
    const app = await start();
    const authorization = `Bearer ${await tokens.ofUser('bob', { resource })}`;

    for (const ask of [
      connect(app, { authorization }),
      connect(app, {}, { authorization }),
      connect(app, {}, { Authorization: authorization }),
    ]) {
      expect(await ask('subscription { guarded }')).toHaveLength(2);
      expect(await ask('{ me }')).toEqual([{ me: 'bob' }]);
      expect(await ask('subscription { administered }')).toEqual(['roles_not_in_token']);
    }
    expect(await connect(app, {}, { authorization: 'Bearer bad' })('subscription { guarded }')).toEqual([
      'invalid_token',
    ]);
  });

  it('refuses nobody, and leaves open what is open', async () => {
    const ask = connect(await start());

    expect(await ask('subscription { guarded }')).toEqual(['not_authenticated']);
    expect(await ask('subscription { open }')).toHaveLength(2);
    expect(await ask('{ who }')).toEqual([{ who: 'anybody' }]);
  });

  it('refuses a session on a handshake that another site made', async () => {
    const app = await start();
    const { handshake } = await signedInBrowser(app, issuer, 'ada');
    const ask = connect(app, { ...handshake, origin: 'https://evil.example' });

    expect(await ask('subscription { guarded }')).toEqual(['cross_site_request']);
    expect(await ask('{ me }')).toEqual(['cross_site_request']);
  });

  it('notices a sign-out within ten seconds', async () => {
    const app = await start();
    const { browser, handshake } = await signedInBrowser(app, issuer, 'ada');
    const ask = connect(app, handshake);
    expect(await ask('{ me }')).toEqual([{ me: 'ada' }]);

    await browser.open('/logto/sign-out');
    passTime(11);
    expect(await ask('subscription { guarded }')).toEqual(['not_authenticated']);
  });

  it('reads the socket where the app’s own context function leaves it', async () => {
    const contexts: ApolloDriverConfig['context'][] = [
      (socket: { extra: object; connectionParams: object }) => ({ ...socket, more: 'of the app' }),
      ({ extra, connectionParams, req }: { extra?: object; connectionParams?: object; req?: object }) =>
        extra ? { extra, connectionParams } : { req },
    ];
    for (const context of contexts) {
      const app = await start({ context: context as () => object });
      const { browser, handshake } = await signedInBrowser(app, issuer, 'ada');

      expect(await connect(app, handshake)('{ me }')).toEqual([{ me: 'ada' }]);
      const byHttp = await browser.fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ me }' }),
      });
      expect(byHttp.json()).toEqual({ data: { me: 'ada' } });
    }
  });

  it('knows the user of an app’s own session, which onConnect hands over', async () => {
    let logto: LogtoService | undefined;
    const app = await start(
      {
        subscriptions: {
          'graphql-ws': {
            onConnect: ({ extra }) => {
              const { socket, request } = extra as Parameters<typeof hand>[0];
              hand({ socket, request });
            },
          },
        },
      },
      {
        logto: { session: undefined, cookieSecret: 'a-secret-for-cookies-of-the-specs' },
        configure: (nest) => nest.use(ownSession),
      },
    );
    logto = app.logto;
    function hand({
      socket,
      request,
    }: {
      socket: object;
      request: Parameters<LogtoService['bindHandshake']>[1];
    }): void {
      logto?.bindHandshake(socket, request, ownSession);
    }
    const { handshake } = await signedInBrowser(app, issuer, 'ada');

    expect(await connect(app, handshake)('{ me }')).toEqual([{ me: 'ada' }]);
  });
});

/** The code of the first error, in whichever form the client gives it. */
function codeOf(error: unknown): unknown {
  const [first] = (Array.isArray(error) ? error : [error]) as {
    message?: string;
    extensions?: { originalError?: { code?: string } };
  }[];
  return first?.extensions?.originalError?.code ?? first?.message;
}
