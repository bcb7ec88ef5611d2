/**
 * Methods that the module calls, and webhooks.
 */
export const webhookErrorCodes = [
  /**
   * A decorator of a method that the module calls, such as `@OnLogtoEvent()`, is used where it cannot work. The message
   * names the class and the method.
   * @status startup
   * @remedy Move the method to a singleton provider or controller, and make it an instance method.
   */
  'hook_invalid',
  /**
   * A webhook has no signature, or none of the signing keys has signed it.
   * @status 401
   * @remedy Copy the signing key of the webhook from Logto Console to `webhooks.signingKey`.
   */
  'webhook_signature_invalid',
  /**
   * A webhook is not JSON with an `event`, or is larger than 1 MB.
   * @status 400, 413
   * @remedy See the log. Only Logto has a reason to call this address.
   */
  'webhook_invalid',
  /**
   * A handler of a webhook threw an error, or the session store failed.
   * @status 500
   * @remedy See the log. Logto may send the webhook again.
   */
  'webhook_failed',
] as const;
