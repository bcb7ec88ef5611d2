import type { KeyObject } from 'node:crypto';
import { EncryptJWT, errors, jwtDecrypt, type JWTPayload } from 'jose';
import { deriveKey } from '../../derive-key.js';

const algorithms = { alg: 'dir', enc: 'A256GCM' } as const;

/** The result of opening a sealed value. `unreadable`: it was sealed with another secret, or was changed. */
export type Opened<T> = { readonly payload: T } | { readonly problem: 'expired' | 'unreadable' };

/** Encrypts values into strings that only this app can create and read (JWE, RFC 7516). */
export class Seal {
  /** A private field, so that `util.inspect` does not print the keys. */
  readonly #keys: readonly KeyObject[];

  /** @param secrets any strings: the first seals, all open */
  constructor(
    secrets: readonly string[],
    private readonly purpose: string,
  ) {
    this.#keys = secrets.map((secret) => deriveKey(secret, purpose));
  }

  /** Seals a value. @param lifetime seconds */
  async seal(payload: JWTPayload, lifetime: number): Promise<string> {
    const [newest] = this.#keys;
    if (!newest) throw new TypeError('There is no secret to seal with.');
    return new EncryptJWT(payload)
      .setProtectedHeader(algorithms)
      .setAudience(this.purpose)
      .setExpirationTime(Math.floor(Date.now() / 1000) + lifetime)
      .encrypt(newest);
  }

  /** Opens a value that {@link seal} has returned, with any of the secrets. */
  async open<T>(sealed: string): Promise<Opened<T>> {
    for (const key of this.#keys) {
      try {
        const { payload } = await jwtDecrypt(sealed, key, {
          audience: this.purpose,
          keyManagementAlgorithms: [algorithms.alg],
          contentEncryptionAlgorithms: [algorithms.enc],
        });
        return { payload: payload as T };
      } catch (error) {
        if (error instanceof errors.JWTExpired) return { problem: 'expired' };
      }
    }
    return { problem: 'unreadable' };
  }
}
