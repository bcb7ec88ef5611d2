import { LogtoException } from '../logto.exceptions.js';
import type { LogtoLock } from '../options/logto-module-options.js';
import { redactError } from '../oidc/errors/redact-error.js';

/**
 * Runs `fn` under the `lock` of the options. Returns its result even if the lock is lost or cannot be released: a
 * rotated refresh token must not be lost.
 * @throws LogtoException `lock_unavailable`, transient, if the lock cannot be acquired
 */
export async function withLock<T>(lock: LogtoLock, key: string, fn: () => Promise<T>): Promise<T> {
  let outcome: Promise<T> | undefined;
  try {
    const returned = await lock.run(key, () => (outcome = fn()));
    // The lock may not return what `fn` has returned.
    return outcome ? await outcome : returned;
  } catch (error) {
    if (outcome) return outcome;
    throw new LogtoException(
      'lock_unavailable',
      'The `lock` of the options could not be acquired. Try again shortly.',
      { status: 503, transient: true, cause: redactError(error) },
    );
  }
}
