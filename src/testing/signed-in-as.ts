import { LogtoTestingError } from './logto-testing-error.js';
import { membershipOf, type LogtoTestUser, type SignedInAsOptions } from './logto-test-user.js';
import { testCredentialHeader, writeTestCredential } from './stand-in/test-credential.js';

/**
 * Headers that make one request the user's, in an app with `LogtoTestingModule` or `useLogtoTesting`. Nobody
 * else hears of it: requests of several users can be under way at once.
 *
 * ```ts
 * await request(app.getHttpServer()).get('/orders').set(signedInAs({ sub: 'ada', roles: ['admin'] })).expect(200);
 * ```
 *
 * On a `request.agent()` all its requests are the user's.
 * @param user claims, and what the user may do; read at once, later changes of the object count for nothing
 * @param options by session or bearer token, how long ago, expired
 * @throws LogtoTestingError `invalid_user`
 */
export function signedInAs(user: LogtoTestUser, options: SignedInAsOptions = {}): Record<string, string> {
  assertPossible(user, options);
  return { [testCredentialHeader]: writeTestCredential({ ...options, user }) };
}

/** Headers that make one request nobody's, where the testing module or an agent has a user. */
export function anonymous(): Record<string, string> {
  return { [testCredentialHeader]: writeTestCredential(undefined) };
}

/** @throws LogtoTestingError `invalid_user` when Logto would know no such user, or give no such token */
export function assertPossible(user: LogtoTestUser, options: SignedInAsOptions = {}): void {
  if (typeof user.sub !== 'string' || user.sub === '') {
    throw new LogtoTestingError('invalid_user', 'A user has a `sub`: { sub: "ada" }.');
  }
  const { organizationId } = options;
  if (organizationId !== undefined && !membershipOf(user, organizationId)) {
    throw new LogtoTestingError(
      'invalid_user',
      `"${user.sub}" is no member of "${organizationId}", so Logto would give no token for it. Add it to the user's \`organizations\`.`,
    );
  }
}
