import { afterEach, describe, expect, it } from '@jest/globals';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { UseGuards } from '@nestjs/common';
import { Query, Resolver, Subscription } from '@nestjs/graphql';
import {
  AuthUser,
  IdTokenClaims,
  LogtoContext,
  LogtoGuard,
  LogtoService,
  RequireRoles,
  WithLogto,
} from 'nestjs-logto';
import { accessTenant } from '../guard/support/access-tenant.js';
import { signedInBrowser } from '../guard/support/signed-in-browser.js';
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { resource } from '../support/logto/issuer.js';
import { ownSession } from '../support/app/own-session.js';
import { tokenOptions } from '../support/app/token-app.js';
import { graphqlModule } from './support/graphql-module.js';
import { graphqlWsClient } from './support/graphql-ws-client.js';
import { postQuery } from './support/post-query.js';
import { closeLater } from '../support/runner/leftovers.js';

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
    return user.claims?.sub ?? 'anonymous';
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

const appSession = ownSession({ name: 'own.sid' });

describe('GraphQL over WebSocket', () => {
  const tenant = accessTenant();

  afterEach(restoreTime);

  const start = async (
    graphql: Partial<ApolloDriverConfig> = {},
    parts: Partial<TestAppParts> = {},
  ): Promise<TestApp> =>
    await startApp({
      issuer: tenant.issuer,
      ...parts,
      imports: [graphqlModule({ subscriptions: { 'graphql-ws': true }, ...graphql })],
      providers: [TicksResolver],
      logto: { ...tokenOptions, api: { audience: resource }, ...parts.logto },
    });

  /** Opens one socket and keeps it. @returns how to send an operation and wait for its results */
  function connect(
    app: TestApp,
    headers: Record<string, string> = {},
    connectionParams: Record<string, unknown> = {},
  ): (query: string) => Promise<unknown[]> {
    const client = graphqlWsClient(app, headers, {
      connectionParams,
      lazy: false,
      onNonLazyError: () => undefined,
    });
    closeLater({ close: () => client.dispose() });
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

  it('knows the user by the session cookie, in subscriptions and in queries', async () => {
    const app = await start();
    const { handshake } = await signedInBrowser(app, tenant.issuer, 'ada');
    const ask = connect(app, handshake);

    expect(await ask('subscription { guarded }')).toEqual([{ guarded: 'one' }, { guarded: 'two' }]);
    expect(await ask('subscription { administered }')).toHaveLength(2);
    expect(await ask('{ me who }')).toEqual([{ me: 'ada', who: 'ada' }]);
  });

  it('knows the user by a bearer token in a header or in the connection parameters', async () => {
    const app = await start();
    const authorization = `Bearer ${await tenant.tokens.ofUser('bob', { resource })}`;

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

  it('denies anonymous operations, except where there is no guard', async () => {
    const ask = connect(await start());

    expect(await ask('subscription { guarded }')).toEqual(['not_authenticated']);
    expect(await ask('subscription { open }')).toHaveLength(2);
    expect(await ask('{ who }')).toEqual([{ who: 'anonymous' }]);
  });

  it('denies a session on a cross-site handshake', async () => {
    const app = await start();
    const { handshake } = await signedInBrowser(app, tenant.issuer, 'ada');
    const ask = connect(app, { ...handshake, origin: 'https://evil.example' });

    expect(await ask('subscription { guarded }')).toEqual(['cross_site_request']);
    expect(await ask('{ me }')).toEqual(['cross_site_request']);
  });

  it('notices a sign-out within ten seconds', async () => {
    const app = await start();
    const { browser, handshake } = await signedInBrowser(app, tenant.issuer, 'ada');
    const ask = connect(app, handshake);
    expect(await ask('{ me }')).toEqual([{ me: 'ada' }]);

    await browser.open('/logto/sign-out');
    passTime(11);
    expect(await ask('subscription { guarded }')).toEqual(['not_authenticated']);
  });

  it('finds the socket if the app has its own context function', async () => {
    const contexts: ApolloDriverConfig['context'][] = [
      (socket: { extra: object; connectionParams: object }) => ({ ...socket, more: 'of the app' }),
      ({ extra, connectionParams, req }: { extra?: object; connectionParams?: object; req?: object }) =>
        extra ? { extra, connectionParams } : { req },
    ];
    for (const context of contexts) {
      const app = await start({ context: context as () => object });
      const { browser, handshake } = await signedInBrowser(app, tenant.issuer, 'ada');

      expect(await connect(app, handshake)('{ me }')).toEqual([{ me: 'ada' }]);
      const byHttp = await postQuery(browser, '{ me }');
      expect(byHttp.json()).toEqual({ data: { me: 'ada' } });
    }
  });

  it('knows the user by a session that the app mounts and passes to `bindHandshake` in onConnect', async () => {
    type BindHandshake = LogtoService['bindHandshake'];
    const bind: BindHandshake = (...all) => app.logto.bindHandshake(...all);
    const onConnect = ({ extra }: { extra: unknown }): void => {
      const { socket, request } = extra as { socket: object; request: Parameters<BindHandshake>[1] };
      bind(socket, request, appSession);
    };
    const app = await start(
      { subscriptions: { 'graphql-ws': { onConnect } } },
      {
        logto: { session: undefined, cookieSecret: 'a-secret-for-cookies-of-the-specs' },
        configure: (nest) => nest.use(appSession),
      },
    );
    const { handshake } = await signedInBrowser(app, tenant.issuer, 'ada');

    expect(await connect(app, handshake)('{ me }')).toEqual([{ me: 'ada' }]);
  });
});

/** The code of the first error. The client reports one error or a list. */
function codeOf(error: unknown): unknown {
  const [first] = (Array.isArray(error) ? error : [error]) as {
    message?: string;
    extensions?: { originalError?: { code?: string } };
  }[];
  return first?.extensions?.originalError?.code ?? first?.message;
}
