import { randomBytes } from 'node:crypto';
import { LogtoTestingError } from './logto-testing-error.js';
import type { TestSignIn } from './logto-test-user.js';

/** The header by which a test says whom a request is from. */
export const testCredentialHeader = 'x-nestjs-logto-testing';

/** Known to this process alone: no request from elsewhere can say whom it is from. */
const secret = randomBytes(32).toString('base64url');

/** Writes whom a request is from; `undefined` for nobody. */
export function writeTestCredential(signIn: TestSignIn | undefined): string {
  return `${secret}.${Buffer.from(JSON.stringify(signIn ?? null)).toString('base64url')}`;
}

/**
 * Reads what {@link writeTestCredential} wrote.
 * @throws LogtoTestingError `credential_refused`
 */
export function readTestCredential(value: string | string[]): TestSignIn | undefined {
  const [own, written] = typeof value === 'string' ? value.split('.') : [];
  if (own !== secret || written === undefined) {
    throw new LogtoTestingError(
      'credential_refused',
      `The header ${testCredentialHeader} was not written in this process. Call signedInAs() and anonymous() in the ` +
        'process of the app, and import nestjs-logto/testing once: `jest.resetModules()` makes a second copy of it.',
    );
  }
  return (JSON.parse(Buffer.from(written, 'base64url').toString()) as TestSignIn | null) ?? undefined;
}
