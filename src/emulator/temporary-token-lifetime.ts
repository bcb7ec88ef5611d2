/** How long subject tokens are valid, and one-time tokens by default, in seconds, as in Logto. */
export const temporaryTokenLifetime = 600;
