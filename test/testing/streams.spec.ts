import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { LogtoTestingModule, signedInAs } from 'nestjs-logto/testing';
import { EventStream } from '../support/requests/event-stream.js';
import { StreamsController } from '../support/controllers/streams.controller.js';
import { shop, startUnderTest } from './support/shop-under-test.js';

const streams = { module: class Streams {}, controllers: [StreamsController] };
const { app } = await startUnderTest(shop([LogtoTestingModule.forRoot(), streams]));
await app.listen(0);
const url = await app.getUrl();

describe('A stream that signedInAs opens', () => {
  it('stays open although no store has the session, and is denied to an anonymous request', async () => {
    const ada = { sub: 'ada' };
    const bySession = await EventStream.open(`${url}/ticks`, signedInAs(ada));
    const byToken = await EventStream.open(`${url}/api-ticks`, signedInAs(ada, { as: 'bearer' }));
    expect([bySession.status, byToken.status]).toEqual([200, 200]);
    const anonymous = await EventStream.open(`${url}/ticks`);

    // Longer than it takes to notice that another instance has ended a session.
    await delay(10_500);
    await bySession.expectMoreEvents();
    await byToken.expectMoreEvents();
    expect(anonymous.status).toBe(401);
    for (const stream of [bySession, byToken, anonymous]) await stream.close();
  });
});
