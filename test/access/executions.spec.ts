import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { UseFilters, UseGuards } from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { SessionData } from 'express-session';
import {
  AuthUser,
  LogtoApiGuard,
  LogtoContext,
  LogtoExceptionFilter,
  LogtoGuard,
  OptionalAuth,
  RequireRoles,
  UserScope,
  WithLogto,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { io, type Socket as Client } from 'socket.io-client';
import { session, startApp, type TestApp } from '../support/app.js';
import { resource } from '../support/issuer.js';
import { MemorySessionStore } from '../support/memory-session-store.js';
import { otherResource, tokenOptions } from '../support/token-app.js';
import { RealTokens, startAccessIssuer } from './support/real-tokens.js';
import { signedInBrowser } from './support/session-browser.js';

const audienceOf = ({ accessToken }: LogtoContext): string =>
  accessToken === undefined
    ? 'no token'
    : (JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as { aud: string })
        .aud;

@Resolver()
class MixedResolver {
  @Query(() => String)
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  administer(@AuthUser() user: LogtoContext): string {
    return `administered by ${user.claims?.sub ?? 'nobody'}`;
  }

  @Query(() => String)
  @UseGuards(LogtoApiGuard)
  api(@AuthUser() user: LogtoContext): string {
    return `api for ${user.claims?.sub ?? 'nobody'}`;
  }

  @Query(() => String)
  @UseGuards(LogtoApiGuard)
  @OptionalAuth()
  news(@AuthUser() user: LogtoContext): string {
    return `news for ${user.claims?.sub ?? 'anybody'}`;
  }

  @Query(() => String)
  @WithLogto({ getAccessToken: true, resource })
  one(@AuthUser() user: LogtoContext): string {
    return audienceOf(user);
  }

  @Query(() => String)
  @WithLogto({ getAccessToken: true, resource: otherResource })
  other(@AuthUser() user: LogtoContext): string {
    return audienceOf(user);
  }
}

@UseFilters(LogtoExceptionFilter)
@WebSocketGateway()
class MixedGateway {
  @SubscribeMessage('mine')
  @UseGuards(LogtoGuard)
  mine(@AuthUser() user: LogtoContext): string {
    return `data of ${user.claims?.sub ?? 'nobody'}`;
  }

  @SubscribeMessage('news')
  @UseGuards(LogtoApiGuard)
  @OptionalAuth()
  news(@AuthUser() user: LogtoContext): string {
    return `news for ${user.claims?.sub ?? 'anybody'}`;
  }
}

/** Answers what was asked for in one go in one go, as a client of Redis does with what came in one packet. */
class PacketStore extends MemorySessionStore {
  private readonly waiting: (() => void)[] = [];

  override get(key: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    super.get(key, (error, found) => {
      this.waiting.push(() => callback(error, found));
      if (this.waiting.length === 1)
        setTimeout(() => {
          for (const answer of this.waiting.splice(0)) answer();
        }, 5);
    });
  }
}

describe('What shares a request or a socket', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  let app: TestApp;
  let bobsToken = '';
  const clients: Client[] = [];

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = await RealTokens.from(issuer);
    bobsToken = await tokens.ofUser('bob', { resource });
    app = await startApp({
      issuer,
      imports: [GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true })],
      providers: [MixedResolver, MixedGateway],
      logto: {
        ...tokenOptions,
        scopes: [...(tokenOptions.scopes ?? []), UserScope.Roles],
        api: { audience: resource },
        session: { ...session, store: new PacketStore() },
      },
      configure: (nest) => void nest.useWebSocketAdapter(new IoAdapter(nest)),
    });
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  afterAll(async () => {
    await app.close();
    await tokens.close();
    await issuer.close();
  });

  async function asker(headers: Record<string, string> = {}): Promise<(query: string) => Promise<unknown>> {
    const ada = app.browser();
    await ada.signIn(issuer, 'ada');
    return async (query) => {
      const page = await ada.fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      });
      const { data, errors } = page.json<{ data: unknown; errors?: { message: string }[] }>();
      return errors?.map(({ message }) => message) ?? data;
    };
  }

  async function connect(auth: Record<string, unknown> = {}): Promise<(event: string) => Promise<unknown>> {
    const { handshake } = await signedInBrowser(app, issuer, 'ada');
    const options = { extraHeaders: handshake, auth, transports: ['websocket'], forceNew: true };
    const client: Client = io(app.baseUrl, options);
    clients.push(client);
    await new Promise<void>((resolve) => client.once('connect', resolve));
    return (event) =>
      new Promise((resolve) => {
        client.once('exception', resolve);
        client.emit(event, {}, resolve);
      });
  }

  it('GraphQL: a field that a session has opened is not run as the user of a bearer token', async () => {
    const ask = await asker({ authorization: `Bearer ${bobsToken}` });
    const expected = { administer: 'administered by ada', api: 'api for bob' };
    // The token is verified the first time, and known the second.
    for (let round = 0; round < 2; round += 1) expect(await ask('{ administer api }')).toEqual(expected);
    expect(await ask('{ api administer }')).toEqual(expected);
  });

  it('GraphQL: an optional field for bearer tokens does not sign the others out', async () => {
    const ask = await asker();
    const expected = { administer: 'administered by ada', news: 'news for anybody' };
    expect(await ask('{ administer news }')).toEqual(expected);
    expect(await ask('{ news administer }')).toEqual(expected);
  });

  it('GraphQL: each field has the access token that it asked for', async () => {
    const ask = await asker();
    const expected = { one: resource, other: otherResource };
    // The first time each is had by a refresh of its own, the second both are kept.
    for (let round = 0; round < 2; round += 1) expect(await ask('{ one other }')).toEqual(expected);
  });

  it('sockets: a message for bearer tokens does not sign out the ones that follow', async () => {
    const ask = await connect();
    expect([await ask('mine'), await ask('news'), await ask('mine')]).toEqual([
      'data of ada',
      'news for anybody',
      'data of ada',
    ]);
  });

  it('sockets: a message that a session has opened is not answered as the user of a bearer token', async () => {
    for (let round = 0; round < 2; round += 1) {
      const ask = await connect({ token: bobsToken });
      expect(await Promise.all([ask('mine'), ask('news')])).toEqual(['data of ada', 'news for bob']);
    }
  });
});
