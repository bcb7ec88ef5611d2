import { afterAll, describe, expect, it } from '@jest/globals';
import { TouchThrottle } from '../../src/store/touch-throttle.js';
import { passTime, restoreTime } from '../support/runner/clock.js';

const day = 24 * 3600;

describe('The touch throttle', () => {
  afterAll(() => restoreTime());

  it('touches each of 100,000 sessions in use once per tenth of its lifetime', () => {
    const throttle = new TouchThrottle();
    const ids = Array.from({ length: 100_000 }, (_, index) => `session-${index}`);
    const countDue = (): number => ids.filter((id) => throttle.isDue(id, 14 * day * 1000)).length;

    expect(countDue()).toBe(ids.length);
    expect(countDue()).toBe(0);
    passTime(1.5 * day);
    expect(countDue()).toBe(ids.length);
  });
});
