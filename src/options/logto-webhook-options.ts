/** Webhooks: the route that receives events from Logto. */
export interface LogtoWebhookOptions {
  /**
   * The signing key, from Logto Console > Webhooks > your webhook. With several keys, a signature by any of them is
   * accepted: while you replace a key, list the old and the new one.
   */
  signingKey: string | string[];
  /**
   * Path of the route, without the global prefix. Default: `webhooks` below `authRoutesPrefix`, so `'logto/webhooks'`.
   */
  path?: string;
  /**
   * Whether a user who is suspended or deleted at Logto is signed out of every session, and whether the claims of a user
   * who has changed are refreshed at their next request. Default: `true`.
   */
  endSessions?: boolean;
}
