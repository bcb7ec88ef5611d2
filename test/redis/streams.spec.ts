import { beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, session, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { EventStream } from '../support/requests/event-stream.js';
import { startIssuer } from '../support/logto/issuer.js';
import { StreamsController } from '../support/controllers/streams.controller.js';
import { RedisServer } from './support/redis-server.js';
import { redisStore } from './support/redis-session.js';
import { closeLater } from '../support/runner/leftovers.js';

describe('A stream on one of two instances', () => {
  let redis: RedisServer;
  let issuer: LogtoEmulator;
  let one: TestApp;
  let other: TestApp;

  beforeAll(async () => {
    redis = closeLater(await RedisServer.start());
    issuer = await startIssuer();
    one = await start();
    other = await start({ instanceOf: one });
  });

  async function start(parts: Partial<TestAppParts> = {}): Promise<TestApp> {
    const { store, client } = await redisStore(redis.url);
    closeLater({ close: () => client.destroy() });
    return await startApp({
      issuer,
      controllers: [StreamsController],
      logto: { session: { ...session, store } },
      ...parts,
    });
  }

  async function open(): Promise<{ browser: Browser; stream: EventStream }> {
    const browser = one.browser();
    await browser.signIn(issuer);
    const stream = await EventStream.open(`${one.baseUrl}/ticks`, {
      cookie: browser.cookies.header(one.baseUrl),
    });
    await stream.expectMoreEvents();
    return { browser, stream };
  }

  it('ends within ten seconds of a sign-out on the other instance, while other streams stay open', async () => {
    const [leaving, staying] = [await open(), await open()];
    const began = Date.now();

    expect((await leaving.browser.open(`${other.baseUrl}/logto/sign-out`)).status).toBe(302);

    await leaving.stream.ended;
    // Ten seconds, with a margin for a busy machine.
    expect(Date.now() - began).toBeLessThan(15_000);
    await delay(1000);
    await staying.stream.expectMoreEvents();
    await staying.stream.close();
  });
});
