import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { UseGuards } from '@nestjs/common';
import { Context, GraphQLModule, Query, Resolver, Subscription } from '@nestjs/graphql';
import { createClient } from 'graphql-ws';
import { LogtoGuard, LogtoService } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { WebSocket } from 'ws';
import { signedInBrowser } from '../guard/support/session-browser.js';
import { startAccessIssuer } from '../guard/support/real-tokens.js';
import { soon } from '../guard/support/soon.js';
import { startApp, type TestApp } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { resource } from '../support/issuer.js';
import { tokenOptions } from '../support/token-app.js';

/** Events until the signal fires. */
async function* ticksUntil(signal: AbortSignal): AsyncGenerator<{ ticks: string }> {
  while (!signal.aborted) {
    yield { ticks: 'tick' };
    await delay(50);
  }
}

@Resolver()
class TicksResolver {
  constructor(private readonly logto: LogtoService) {}

  @Query(() => String)
  home(): string {
    return 'home';
  }

  @Subscription(() => String)
  @UseGuards(LogtoGuard)
  ticks(@Context() context: object): AsyncGenerator {
    return ticksUntil(this.logto.signedOut(context));
  }

  @Query(() => Boolean)
  @UseGuards(LogtoGuard)
  hasSignal(@Context() context: object): boolean {
    return !this.logto.signedOut(context).aborted;
  }
}

describe('A sign-out is told at once to a GraphQL operation', () => {
  let issuer: LogtoEmulator;
  const running: { close(): unknown }[] = [];

  beforeAll(async () => {
    issuer = await startAccessIssuer();
  });

  afterEach(async () => {
    for (const one of running.splice(0).toReversed()) await one.close();
  });

  afterAll(() => issuer.close());

  async function start(): Promise<TestApp> {
    const app = await startApp({
      issuer,
      imports: [
        GraphQLModule.forRoot<ApolloDriverConfig>({
          driver: ApolloDriver,
          autoSchemaFile: true,
          subscriptions: { 'graphql-ws': true },
        }),
      ],
      providers: [TicksResolver],
      logto: { ...tokenOptions, api: { audience: resource } },
    });
    running.push(app);
    return app;
  }

  async function subscribe(
    app: TestApp,
    headers: Record<string, string>,
    browser: Browser,
    events: unknown[],
  ): Promise<void> {
    class Socket extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol, { headers });
      }
    }
    const client = createClient({
      url: `${app.baseUrl.replace('http', 'ws')}/graphql`,
      webSocketImpl: Socket,
      retryAttempts: 0,
    });
    running.push({ close: () => client.dispose() });
    for await (const { data } of client.iterate({ query: 'subscription { ticks }' })) {
      if (events.push(data) === 1) await browser.open('/logto/sign-out');
    }
  }

  it('that is a subscription', async () => {
    const app = await start();
    const { browser, handshake } = await signedInBrowser(app, issuer, 'ada');
    const events: unknown[] = [];

    await soon(subscribe(app, handshake, browser, events));

    expect(events.length).toBeGreaterThan(0);
  });

  it('that came over HTTP', async () => {
    const app = await start();
    const { browser } = await signedInBrowser(app, issuer, 'ada');

    const answer = await browser.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ hasSignal }' }),
    });
    expect(answer.json()).toEqual({ data: { hasSignal: true } });
  });
});
