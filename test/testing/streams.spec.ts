import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LogtoTestingModule, signedInAs } from 'nestjs-logto/testing';
import { EventStream } from '../support/event-stream.js';
import { StreamsController } from '../support/streams.controller.js';
import { shop, started, type ShopUnderTest } from './support.js';

describe('A stream that signedInAs opens', () => {
  let tested: ShopUnderTest;
  let url: string;

  beforeAll(async () => {
    const streams = { module: class Streams {}, controllers: [StreamsController] };
    tested = await started(shop([LogtoTestingModule.forRoot(), streams]));
    await tested.app.listen(0);
    url = await tested.app.getUrl();
  });

  afterAll(() => tested.close());

  it('goes on for the user of the test, whom no store knows, and is refused to nobody', async () => {
    const ada = { sub: 'ada' };
    const bySession = await EventStream.open(`${url}/ticks`, signedInAs(ada));
    const byToken = await EventStream.open(`${url}/api-ticks`, signedInAs(ada, { as: 'bearer' }));
    expect([bySession.status, byToken.status]).toEqual([200, 200]);
    const nobody = await EventStream.open(`${url}/ticks`);

    // Longer than it takes to notice what another instance has ended.
    await delay(10_500);
    await bySession.goesOn();
    await byToken.goesOn();
    expect(nobody.status).toBe(401);
    for (const stream of [bySession, byToken, nobody]) await stream.close();
  });
});
