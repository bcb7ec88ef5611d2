import { LogtoTestingError } from './logto-testing-error.js';
import { membershipOf, type LogtoTestUser, type SignedInAsOptions } from './logto-test-user.js';
import { testCredentialHeader, writeTestCredential } from './test-credential.js';

/**
 * Headers that sign one request in as a user, in an app with `LogtoTestingModule` or `useLogtoTesting`. Other
 * requests are not affected, so tests can send requests of several users in parallel.
 *
 * ```ts
 * await request(app.getHttpServer()).get('/orders').set(signedInAs({ sub: 'ada', roles: ['admin'] })).expect(200);
 * ```
 *
 * Set them on a `request.agent()` to sign in all its requests.
 * @param user claims and permissions; later changes to the object have no effect
 * @param options session or bearer token, age of the sign-in, expiry
 * @throws LogtoTestingError `invalid_user`
 */
export function signedInAs(user: LogtoTestUser, options: SignedInAsOptions = {}): Record<string, string> {
  assertValidUser(user, options);
  return { [testCredentialHeader]: writeTestCredential({ ...options, user }) };
}

/** Headers that make one request anonymous, if the testing module or an agent has a user. */
export function anonymous(): Record<string, string> {
  return { [testCredentialHeader]: writeTestCredential(undefined) };
}

/** @throws LogtoTestingError `invalid_user` if Logto could not have this user, or not issue this token */
export function assertValidUser(user: LogtoTestUser, { organizationId }: SignedInAsOptions = {}): void {
  if (typeof user.sub !== 'string' || user.sub === '') {
    throw new LogtoTestingError('invalid_user', 'A user needs a `sub`, for example { sub: "ada" }.');
  }
  if (organizationId !== undefined && !membershipOf(user, organizationId)) {
    throw new LogtoTestingError(
      'invalid_user',
      `"${user.sub}" is not a member of "${organizationId}", so Logto would not issue a token for it. Add it to the user's \`organizations\`.`,
    );
  }
}
