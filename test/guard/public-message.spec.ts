import { describe, expect, it } from '@jest/globals';
import { LogtoException, type LogtoExceptionInit } from 'nestjs-logto';
import { withNodeEnv } from '../support/app/with-node-env.js';

/** What a visitor reads about an exception whose message is for the operator. */
async function read(init: LogtoExceptionInit): Promise<string> {
  const create = async (): Promise<LogtoException> =>
    new LogtoException('hook_failed', 'The database db-7 is full.', init);
  return (await withNodeEnv('production', create)).detail;
}

const unavailable = 'This is not available at the moment. Please try again shortly.';

describe('In production a visitor reads', () => {
  it.each([400, 401, 403, 409])('the message of an error with the status %i', async (status) => {
    expect(await read({ status })).toBe('The database db-7 is full.');
  });

  it.each([500, 501, 502, 503, 504])('a general sentence for the status %i', async (status) => {
    expect(await read({ status, needsOperator: false })).toBe(unavailable);
  });

  it.each([{}, { status: 500 }, { status: 403, needsOperator: true }])(
    'that the operator has to act, for %j',
    async (init) => {
      expect(await read(init)).toMatch(/contact its operator/);
    },
  );

  it('the public message of an error that has one', async () => {
    expect(await read({ status: 502, publicMessage: 'Come back at noon.' })).toBe('Come back at noon.');
  });
});
