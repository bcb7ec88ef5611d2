/**
 * Why a session has ended:
 * - `user`: the user signed out, or the app called `clearAllTokens`
 * - `back_channel`: Logto sent a logout token
 * - `idle`, `absolute`: a limit of `lifetime` was exceeded
 * - `revoked`: the app ended it, or its user resolver returned `null` at a refresh
 * - `webhook`: Logto sent a webhook
 * - `provider`: Logto rejected a refresh
 */
export type LogtoSignOutReason =
  | 'user'
  | 'back_channel'
  | 'idle'
  | 'absolute'
  | 'revoked'
  | 'webhook'
  | 'provider';
