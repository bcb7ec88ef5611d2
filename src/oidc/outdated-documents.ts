import { ClientError } from 'openid-client';

/**
 * Whether a token failed because its algorithm or key is not in the documents at hand, rather than because it
 * is wrong: its `kid` is in no cached key set, or its `alg` is none that the cached discovery document lists.
 */
export function isOutdated(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false;
  if (error.code === 'OAUTH_KEY_SELECTION_FAILED') return true;
  const details = error.cause instanceof Error ? error.cause.cause : undefined;
  return (
    typeof details === 'object' &&
    details !== null &&
    'reason' in details &&
    details.reason === 'authorization server metadata'
  );
}
