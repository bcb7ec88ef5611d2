/** What went wrong, for programs: the message is for people and may change. */
export type LogtoTestingErrorCode =
  /** Used with `NODE_ENV=production`. */
  | 'production_refused'
  /** `signedInAs` was given somebody who cannot exist. */
  | 'invalid_user'
  /** A request says who it is from in a way that this app does not understand. */
  | 'credential_refused'
  /** A sign-in without a browser did not end signed in. */
  | 'sign_in_failed';

/** Every error the testing kit throws: tell them apart by `code`. */
export class LogtoTestingError extends Error {
  override readonly name = 'LogtoTestingError';

  constructor(
    readonly code: LogtoTestingErrorCode,
    message: string,
  ) {
    super(message);
  }
}
