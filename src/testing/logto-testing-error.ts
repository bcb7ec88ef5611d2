/** Identifies an error. The message may change. */
export type LogtoTestingErrorCode =
  /** Used with `NODE_ENV=production`. */
  | 'production_refused'
  /** `signedInAs` was given a user who cannot exist. */
  | 'invalid_user'
  /** The app cannot accept the sign-in that a request's headers specify. */
  | 'credential_refused'
  /** A sign-in without a browser failed. */
  | 'sign_in_failed';

/** Thrown by the testing kit. Check `code` to distinguish errors. */
export class LogtoTestingError extends Error {
  override readonly name = 'LogtoTestingError';

  constructor(
    readonly code: LogtoTestingErrorCode,
    message: string,
  ) {
    super(message);
  }
}
