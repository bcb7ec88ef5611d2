/**
 * Your hooks, webhook handlers or user resolver failed, or refused a user.
 */
export const hookErrorCodes = [
  /**
   * A hook, a webhook handler or the user resolver is on a method that cannot be called. The message names the class and
   * the method.
   * @status startup
   * @remedy Move the method to a singleton provider or controller, and make it an instance method. See
   * [Errors at startup](docs/how-to/provision-users.md#errors-at-startup).
   */
  'hook_invalid',
  /**
   * A hook or the user resolver threw an error.
   * @status 500–599
   * @remedy See the cause in the log.
   */
  'hook_failed',
  /**
   * A hook or the user resolver took longer than `hookTimeout`.
   * @status 503
   * @remedy Move long work out of the hook, or raise `hookTimeout`.
   */
  'hook_timeout',
  /**
   * An `@OnSignIn()` hook refused the sign-in with an `HttpException`.
   * @status 400–499
   * @remedy The message is that of your hook's exception.
   */
  'sign_in_refused',
  /**
   * Your user resolver returned `null`, or threw an `HttpException`.
   * @status 400–499
   * @remedy Return a user from your resolver, or sign in with another account: `/logto/sign-in?prompt=login`.
   */
  'user_not_allowed',
  /**
   * Your user resolver returned nothing, something that is not JSON, or more than 4 kB.
   * @status 500
   * @remedy Return a small object, or `null` to refuse the user.
   */
  'local_user_invalid',
] as const;
