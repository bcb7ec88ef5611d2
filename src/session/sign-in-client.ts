import { LogtoException } from '../logto.exceptions.js';
import type { ResolvedClientOptions, ResolvedLogtoOptions } from '../options/resolved-logto-options.js';

/**
 * The application at Logto that users sign in to.
 * @throws LogtoException `session_not_configured` in an app that only accepts bearer tokens
 */
export function signInClient({ client }: Pick<ResolvedLogtoOptions, 'client'>): ResolvedClientOptions {
  if (client) return client;
  throw bearerTokensOnly();
}

/** The error for a sign-in in an app that only accepts bearer tokens. */
function bearerTokensOnly(): LogtoException {
  return new LogtoException(
    'session_not_configured',
    'LogtoModule is set up for bearer tokens only. To sign users in, give it `appId`, `baseUrl` and a session.',
  );
}

/**
 * Returns `part`, or throws in an app that only accepts bearer tokens.
 * @throws LogtoException `session_not_configured` in an app that only accepts bearer tokens
 */
export function requireConfigured<T>(part: T | undefined): T {
  if (part) return part;
  throw bearerTokensOnly();
}
