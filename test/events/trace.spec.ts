import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LogtoException } from 'nestjs-logto';
import { trace } from '../../src/events/trace.js';
import { publish } from '../../src/events/publish.js';
import { leaks } from '../support/runner/leaks.js';
import { eventWatch } from '../support/runner/event-watch.js';

const refresh = 'nestjs-logto:refresh';
const ada = { sub: 'ada', sid: undefined };

const neverPrepared = (): never => {
  throw new Error('It was prepared.');
};

describe('Without subscribers', () => {
  beforeEach(() => eventWatch.stop());
  afterEach(() => eventWatch.start());

  it('no event is prepared, and the work runs', async () => {
    expect(await trace(refresh, neverPrepared, async (event) => ['done', event])).toEqual([
      'done',
      undefined,
    ]);
    publish('nestjs-logto:session-ended', neverPrepared);
  });
});

describe('With a subscriber', () => {
  const ended: unknown[] = [];
  const keep = (event: unknown): void => void ended.push(event);

  beforeEach(() => {
    ended.length = 0;
    subscribe(`tracing:${refresh}:asyncEnd`, keep);
  });

  afterEach(() => {
    unsubscribe(`tracing:${refresh}:asyncEnd`, keep);
  });

  it('the result goes to the caller, and not into the event', async () => {
    expect(
      await trace(
        refresh,
        () => ({ ...ada }),
        async () => 'an-access-token',
      ),
    ).toBe('an-access-token');
    expect(ended).toEqual([ada]);
  });

  it('an exception goes to the caller and into the event, with its code', async () => {
    const exception = new LogtoException('invalid_grant', 'The sign-in has ended.');
    const failing = trace(
      refresh,
      () => ({ ...ada }),
      async () => Promise.reject(exception),
    );

    await expect(failing).rejects.toBe(exception);
    expect(ended).toEqual([{ ...ada, code: 'invalid_grant', error: exception }]);
  });

  it.each([
    ['its name', new TypeError('fetch failed'), 'TypeError'],
    ['its code', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['the code of its cause', new TypeError('failed', { cause: { code: 'ENOTFOUND' } }), 'ENOTFOUND'],
    ['nothing', 'a string', 'Error'],
  ])('another error goes to the caller, and only %s into the event', async (_what, thrown, code) => {
    const failing = trace(
      refresh,
      () => ({ ...ada }),
      async () => Promise.reject(thrown as Error),
    );

    await expect(failing).rejects.toBe(thrown);
    expect(ended).toEqual([{ ...ada, code, error: new Error(code) }]);
  });

  it('a secret in an event makes the spec fail that publishes it', async () => {
    leaks.addSecret('secret of the spec', 'a-secret-that-no-event-may-contain');
    const event = { ...ada, resource: 'https://a-secret-that-no-event-may-contain.example.com' };
    await trace(
      refresh,
      () => event,
      async () => undefined,
    );

    expect(() => leaks.check()).toThrow('an event, a span or a metric contains a secret of the spec');
  });
});
