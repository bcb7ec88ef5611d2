import { LogtoException } from '../logto.exceptions.js';
import type { ResolvedClientOptions, ResolvedLogtoOptions } from '../options/resolved-logto-options.js';

/**
 * The application at Logto that users sign in to.
 * @throws LogtoException `session_not_configured` in an app that only takes bearer tokens
 */
export function signInClient({ client }: Pick<ResolvedLogtoOptions, 'client'>): ResolvedClientOptions {
  if (client) return client;
  throw bearerTokensOnly();
}

/** The error of an app that only takes bearer tokens, and so has no application to sign users in to. */
function bearerTokensOnly(): LogtoException {
  return new LogtoException(
    'session_not_configured',
    'LogtoModule was set up for bearer tokens alone. To sign people in, give it `appId`, `baseUrl` and a session.',
  );
}

/**
 * A class that signs users in, where the app has it.
 * @throws LogtoException `session_not_configured` in an app that only accepts bearer tokens
 */
export function requireSignIn<T>(part: T | undefined): T {
  if (part) return part;
  throw bearerTokensOnly();
}
