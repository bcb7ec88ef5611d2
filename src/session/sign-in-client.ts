import type { ResolvedClientOptions, ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { bearerTokensOnly } from './session-problems.js';

/**
 * The application at Logto that users sign in to.
 * @throws LogtoException `session_not_configured` in an app that only takes bearer tokens
 */
export function signInClient({ client }: Pick<ResolvedLogtoOptions, 'client'>): ResolvedClientOptions {
  if (client) return client;
  throw bearerTokensOnly();
}
