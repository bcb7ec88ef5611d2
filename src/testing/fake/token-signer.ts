import { randomUUID } from 'node:crypto';
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JSONWebKeySet,
  type JWTPayload,
} from 'jose';

/** Logto's default algorithm. */
export const signingAlgorithm = 'ES384';

/** Signs the tokens of one app under test with a key of its own. */
export class TokenSigner {
  private readonly keyId = randomUUID();
  private keys: Promise<{ privateKey: CryptoKey; publicKey: CryptoKey }> | undefined;

  /** The public keys (RFC 7517). */
  async keySet(): Promise<JSONWebKeySet> {
    const { publicKey } = await this.pair();
    return {
      keys: [{ ...(await exportJWK(publicKey)), kid: this.keyId, alg: signingAlgorithm, use: 'sig' }],
    };
  }

  /** @param typ `at+jwt` for an access token (RFC 9068 section 2.1) */
  async sign(payload: JWTPayload, typ: 'JWT' | 'at+jwt'): Promise<string> {
    const { privateKey } = await this.pair();
    return new SignJWT(payload)
      .setProtectedHeader({ alg: signingAlgorithm, typ, kid: this.keyId })
      .sign(privateKey);
  }

  /** Generated on first use, because most tests need no token. */
  private pair(): Promise<{ privateKey: CryptoKey; publicKey: CryptoKey }> {
    this.keys ??= generateKeyPair(signingAlgorithm);
    return this.keys;
  }
}
