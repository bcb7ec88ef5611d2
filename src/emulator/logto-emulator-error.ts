/** What went wrong, for programs: the message is for people and may change. */
export type LogtoEmulatorErrorCode =
  /** An option is wrong; the message lists every mistake with its remedy. */
  | 'invalid_options'
  /** The optional peer dependency `oidc-provider` is not installed. */
  | 'oidc_provider_missing'
  /** Started with `NODE_ENV=production` without `allowProduction`. */
  | 'production_refused'
  /** Something else listens on the port. */
  | 'port_in_use'
  /** A control named a user, application or organization that is not there. */
  | 'not_found'
  /** A sign-in or sign-out without a browser met a page that it could not pass. */
  | 'walk_failed'
  /** A webhook's receiver refused it, or could not be reached, four times. */
  | 'webhook_failed'
  /** The configuration file of the `logto-emulator` command cannot be read. */
  | 'config_unreadable';

/** Every error the emulator throws: tell them apart by `code`. */
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
