import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { UseGuards } from '@nestjs/common';
import { Context, Query, Resolver, Subscription } from '@nestjs/graphql';
import { LogtoGuard, LogtoService, LogtoSessions } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { signedInBrowser } from '../guard/support/signed-in-browser.js';
import { startAccessIssuer } from '../guard/support/real-tokens.js';
import { withDeadline } from '../guard/support/with-deadline.js';
import { startApp, type TestApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { resource } from '../support/logto/issuer.js';
import { tokenOptions } from '../support/app/token-app.js';
import { graphqlModule } from './support/graphql-module.js';
import { graphqlWsClient } from './support/graphql-ws-client.js';
import { postQuery } from './support/post-query.js';
import { closeLater } from '../support/runner/leftovers.js';

/** Yields events until the signal fires. */
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

describe('The sign-out signal of a GraphQL operation', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let [browser, handshake]: [Browser, Record<string, string>] = [] as never;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
  });

  beforeEach(async () => {
    app = await startApp({
      issuer,
      imports: [graphqlModule({ subscriptions: { 'graphql-ws': true } })],
      providers: [TicksResolver],
      logto: { ...tokenOptions, api: { audience: resource } },
    });
    ({ browser, handshake } = await signedInBrowser(app, issuer, 'ada'));
  });

  /** Subscribes until the server ends the subscription. @returns the events */
  async function eventsUntilEnd(afterFirst: () => Promise<unknown>): Promise<unknown[]> {
    const events: unknown[] = [];
    const client = graphqlWsClient(app, handshake);
    closeLater({ close: () => client.dispose() });
    for await (const { data } of client.iterate({ query: 'subscription { ticks }' })) {
      if (events.push(data) === 1) await afterFirst();
    }
    return events;
  }

  it('ends a subscription as soon as the user signs out', async () => {
    const events = await withDeadline(eventsUntilEnd(() => browser.open('/logto/sign-out')));

    expect(events.length).toBeGreaterThan(0);
  });

  it('ends a subscription as soon as LogtoSessions ends the session of its user', async () => {
    const sessions = app.app.get(LogtoSessions);

    const events = await withDeadline(eventsUntilEnd(() => sessions.end({ sub: 'ada' })));

    expect(events.length).toBeGreaterThan(0);
    expect(await sessions.find({ sub: 'ada' })).toEqual([]);
  });

  it('is also available over HTTP', async () => {
    const answer = await postQuery(browser, '{ hasSignal }');
    expect(answer.json()).toEqual({ data: { hasSignal: true } });
  });
});
