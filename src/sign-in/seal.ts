import { hkdfSync } from 'node:crypto';
import { EncryptJWT, errors, jwtDecrypt, type JWTPayload } from 'jose';

const algorithms = { alg: 'dir', enc: 'A256GCM' } as const;

/** The result of opening a sealed value. `unreadable`: it was sealed with another secret, or was changed. */
export type Opened<T> = { readonly payload: T } | { readonly problem: 'expired' | 'unreadable' };

/** Encrypts values into strings that only this app can make and read (JWE, RFC 7516). */
export class Seal {
  /** A private field, so that `util.inspect` does not print the keys. */
  readonly #keys: readonly Uint8Array[];

  /** @param secrets any strings: the first seals, all open. Each becomes a key by HKDF (RFC 5869) */
  constructor(
    secrets: readonly string[],
    private readonly purpose: string,
  ) {
    this.#keys = secrets.map(
      (secret) => new Uint8Array(hkdfSync('sha256', secret, '', `nestjs-logto ${purpose}`, 32)),
    );
  }

  /** @param lifetime seconds */
  async seal(payload: JWTPayload, lifetime: number): Promise<string> {
    const [newest] = this.#keys;
    if (!newest) throw new TypeError('There is no secret to seal with.');
    return new EncryptJWT(payload)
      .setProtectedHeader(algorithms)
      .setAudience(this.purpose)
      .setExpirationTime(Math.floor(Date.now() / 1000) + lifetime)
      .encrypt(newest);
  }

  /** Opens a value that {@link seal} made, with any of the secrets. */
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
