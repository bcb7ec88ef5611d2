import { hkdfSync } from 'node:crypto';
import { EncryptJWT, jwtDecrypt, type JWTPayload } from 'jose';

const algorithms = { alg: 'dir', enc: 'A256GCM' } as const;

/** Seals values into strings that only this app can read or make, by `jose` (JWE, RFC 7516). */
export class Seal {
  /** Private to the runtime too: whoever inspects the app must not find it. */
  readonly #key: Uint8Array;

  /** @param secret any string; the key is derived from it (RFC 5869) */
  constructor(
    secret: string,
    private readonly purpose: string,
  ) {
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', `nestjs-logto ${purpose}`, 32));
  }

  /** @param lifetime seconds */
  seal(payload: JWTPayload, lifetime: number): Promise<string> {
    return new EncryptJWT(payload)
      .setProtectedHeader(algorithms)
      .setAudience(this.purpose)
      .setExpirationTime(Math.floor(Date.now() / 1000) + lifetime)
      .encrypt(this.#key);
  }

  /** The payload, or `undefined` when the value is forged, expired or sealed with another secret. */
  async open<T extends JWTPayload>(sealed: string): Promise<T | undefined> {
    try {
      const { payload } = await jwtDecrypt<T>(sealed, this.#key, {
        audience: this.purpose,
        keyManagementAlgorithms: [algorithms.alg],
        contentEncryptionAlgorithms: [algorithms.enc],
      });
      return payload;
    } catch {
      return undefined;
    }
  }
}
