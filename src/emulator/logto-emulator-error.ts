/** Identifies an error. The message may change. */
export type LogtoEmulatorErrorCode =
  /** Options are invalid. The message lists every mistake and its remedy. */
  | 'invalid_options'
  /** The optional peer dependency `oidc-provider` is not installed. */
  | 'oidc_provider_missing'
  /** The emulator was started with `NODE_ENV=production`, without `allowProduction`. */
  | 'production_refused'
  /** Another process listens on the port. */
  | 'port_in_use'
  /** The user does not exist. */
  | 'not_found'
  /** A sign-in, sign-up or sign-out without a browser stopped at a page. */
  | 'interaction_failed'
  /** A webhook was not accepted in four attempts. */
  | 'webhook_failed'
  /** The configuration file of the `logto-emulator` command cannot be read. */
  | 'config_unreadable';

/** Thrown by the emulator. Check `code` to distinguish errors. */
export class LogtoEmulatorError extends Error {
  override readonly name = 'LogtoEmulatorError';

  constructor(
    readonly code: LogtoEmulatorErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
