import { createHash, randomBytes } from 'node:crypto';
import { LogtoTestingError } from '../logto-testing-error.js';
import type { TestSignIn } from '../logto-test-user.js';

/** The header by which a test says whom a request is from. */
export const testCredentialHeader = 'x-nestjs-logto-testing';

/** Known to this process alone: no request from elsewhere can say whom it is from. */
const secret = randomBytes(32).toString('base64url');

/** What was written, by its hash: a user may have more to tell than fits into a header. */
const written = new Map<string, string>();

/** Writes whom a request is from; `undefined` for nobody. */
export function writeTestCredential(signIn: TestSignIn | undefined): string {
  const text = JSON.stringify(signIn ?? null);
  const name = createHash('sha256').update(text).digest('base64url');
  written.set(name, text);
  return `${secret}.${name}`;
}

/**
 * Reads what {@link writeTestCredential} wrote.
 * @throws LogtoTestingError `credential_refused`
 */
export function readTestCredential(value: string | string[]): TestSignIn | undefined {
  const [own, name = ''] = typeof value === 'string' ? value.split('.') : [];
  const text = written.get(name);
  if (own !== secret || text === undefined) {
    throw new LogtoTestingError(
      'credential_refused',
      `The header ${testCredentialHeader} was not written in this process. Call signedInAs() and anonymous() in the ` +
        'process of the app, and import nestjs-logto/testing once: `jest.resetModules()` makes a second copy of it.',
    );
  }
  return (JSON.parse(text) as TestSignIn | null) ?? undefined;
}
