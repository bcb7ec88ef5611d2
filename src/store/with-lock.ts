import { LogtoException } from '../logto.exceptions.js';
import type { LogtoLock } from '../options/logto-module-options.js';
import { harmless } from '../oidc/errors/harmless-error.js';

/**
 * Runs `fn` under the app's own lock. What was done counts, however the lock ends: one that was lost or could
 * not be given back must not lose a rotated refresh token.
 * @throws LogtoException `lock_unavailable`, transient, when the lock could not be had
 */
export async function withLock<T>(lock: LogtoLock, key: string, fn: () => Promise<T>): Promise<T> {
  let outcome: Promise<T> | undefined;
  try {
    const given = await lock.run(key, () => (outcome = fn()));
    // Whatever the lock itself gives back.
    return outcome ? await outcome : given;
  } catch (error) {
    if (outcome) return outcome;
    throw new LogtoException(
      'lock_unavailable',
      'The `lock` of the options could not be had. Try again shortly.',
      {
        status: 503,
        transient: true,
        cause: harmless(error),
      },
    );
  }
}
