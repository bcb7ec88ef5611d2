/**
 * A webhook was rejected, or a handler failed.
 */
export const webhookErrorCodes = [
  /**
   * A webhook has no signature, or one that none of the signing keys verifies.
   * @status 401
   * @remedy Copy the signing key of the webhook from Logto Console to `webhooks.signingKey`.
   */
  'webhook_signature_invalid',
  /**
   * The body of a webhook is not JSON with an `event`, or is larger than 1 MB.
   * @status 400, 413
   * @remedy See the log. Only Logto should call this endpoint.
   */
  'webhook_invalid',
  /**
   * A handler of a webhook threw an error, or the session store failed.
   * @status 500
   * @remedy See the log. Logto may send the webhook again.
   */
  'webhook_failed',
] as const;
