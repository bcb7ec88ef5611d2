import { hkdfSync } from 'node:crypto';
import { EncryptJWT, jwtDecrypt, type JWTPayload } from 'jose';

const algorithms = { alg: 'dir', enc: 'A256GCM' } as const;

/** Seals values into strings that only this app can read or make, by `jose` (JWE, RFC 7516). */
export class Seal {
  /** Private to the runtime too: whoever inspects the app must not find them. */
  readonly #keys: readonly Uint8Array[];

  /** @param secrets any strings; a key is derived from each (RFC 5869). The first seals, each opens. */
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

  /** The payload, or `undefined` when the value is forged, expired or sealed with another secret. */
  async open<T extends JWTPayload>(sealed: string): Promise<T | undefined> {
    for (const key of this.#keys) {
      const opened = await this.openBy<T>(key, sealed).catch(() => undefined);
      if (opened) return opened;
    }
    return undefined;
  }

  private async openBy<T extends JWTPayload>(key: Uint8Array, sealed: string): Promise<T> {
    const { payload } = await jwtDecrypt<T>(sealed, key, {
      audience: this.purpose,
      keyManagementAlgorithms: [algorithms.alg],
      contentEncryptionAlgorithms: [algorithms.enc],
    });
    return payload;
  }
}
