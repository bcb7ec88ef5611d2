import type { Request } from 'express';
import type { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { Credential } from '../options/credential.js';
import type { LogtoTestUser, TestSignIn } from './logto-test-user.js';
import { readTestCredential, testCredentialHeader } from './test-credential.js';

/** The sign-in of requests without `signedInAs` or `anonymous`. */
export interface TestSignInDefaults {
  /** The user of all these requests. Default: none, they are anonymous. */
  user?: LogtoTestUser;
  /**
   * How users sign in, unless `signedInAs` specifies it. Default: with a session, or with a bearer token in an app
   * that only accepts bearer tokens.
   */
  as?: Credential;
}

/** Finds the sign-in that a test has chosen for a request. */
export class TestSignIns {
  private readonly as: Credential;

  constructor(
    { client }: Pick<ResolvedLogtoOptions, 'client'>,
    private readonly defaults: TestSignInDefaults,
  ) {
    this.as = defaults.as ?? (client ? 'session' : 'bearer');
  }

  /**
   * @returns an object without `signIn` for an anonymous request; `undefined` if the test has chosen nothing, so
   * that the request's own cookie and `Authorization` header apply
   * @throws LogtoTestingError `credential_refused`
   */
  find({ headers }: Request): { signIn: TestSignIn | undefined } | undefined {
    const credential = headers[testCredentialHeader];
    if (credential !== undefined) {
      const signIn = readTestCredential(credential);
      return { signIn: signIn && { as: this.as, ...signIn } };
    }
    const { user } = this.defaults;
    if (user === undefined || (this.as === 'bearer' && headers.authorization !== undefined)) return undefined;
    return { signIn: { user, as: this.as } };
  }
}
