import type { Request } from 'express';
import type { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { Credential } from '../user/with-logto.options.js';
import type { LogtoTestUser, TestSignIn } from './logto-test-user.js';
import { readTestCredential, testCredentialHeader } from './stand-in/test-credential.js';

/** Who visits unless a request says so itself. */
export interface TestVisitorDefaults {
  /** The user of every request that does not say whose it is. Default: nobody. */
  user?: LogtoTestUser;
  /**
   * How users have signed in unless `signedInAs` says otherwise. Default: by a session, or by a bearer token
   * where the app takes bearer tokens alone.
   */
  as?: Credential;
}

/** Whom the requests of a test are from. */
export class TestVisitors {
  private readonly way: Credential;

  constructor(
    { client }: Pick<ResolvedLogtoOptions, 'client'>,
    private readonly defaults: TestVisitorDefaults,
  ) {
    this.way = defaults.as ?? (client ? 'session' : 'bearer');
  }

  /**
   * Whom a request is from.
   * @returns `undefined` when nothing was said of it: then its own cookie and `Authorization` header speak
   * @throws LogtoTestingError `credential_refused`
   */
  of({ headers }: Request): { signIn: TestSignIn | undefined } | undefined {
    const credential = headers[testCredentialHeader];
    if (credential !== undefined) {
      const signIn = readTestCredential(credential);
      return { signIn: signIn && { as: this.way, ...signIn } };
    }
    const { user } = this.defaults;
    if (user === undefined || (this.way === 'bearer' && headers.authorization !== undefined))
      return undefined;
    return { signIn: { user, as: this.way } };
  }
}
