import { createHash, randomBytes } from 'node:crypto';
import { LogtoTestingError } from './logto-testing-error.js';
import type { TestSignIn } from './logto-test-user.js';

/** The header that specifies the sign-in of a request. */
export const testCredentialHeader = 'x-nestjs-logto-testing';

/** Only this process knows it, so requests from other processes cannot sign in. */
const secret = randomBytes(32).toString('base64url');

/** Sign-ins by their hash. The header has the hash only, because a user may be too large for a header. */
const signIns = new Map<string, string>();

/** Creates the header value for a sign-in; `undefined` for an anonymous request. */
export function writeTestCredential(signIn: TestSignIn | undefined): string {
  const text = JSON.stringify(signIn ?? null);
  const hash = createHash('sha256').update(text).digest('base64url');
  signIns.set(hash, text);
  return `${secret}.${hash}`;
}

/** @throws LogtoTestingError `credential_refused` for a value that this process has not created */
export function readTestCredential(value: string | string[]): TestSignIn | undefined {
  const [prefix, hash = ''] = typeof value === 'string' ? value.split('.') : [];
  const text = signIns.get(hash);
  if (prefix !== secret || text === undefined) {
    throw new LogtoTestingError(
      'credential_refused',
      `The header ${testCredentialHeader} was not written in this process. Call signedInAs() and anonymous() in the ` +
        "app's process, and import nestjs-logto/testing only once: `jest.resetModules()` creates a second copy.",
    );
  }
  return (JSON.parse(text) as TestSignIn | null) ?? undefined;
}
