import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'oidc-provider';
import type { KeyRotation, SigningAlgorithm } from '../tenant/key-rotation.js';

/** The private keys of the tenant, newest first. The newest signs. The others verify older tokens. */
export interface SigningKeys {
  algorithm: SigningAlgorithm;
  keys: JWK[];
}

export async function rotateKeys(
  previous: SigningKeys | undefined,
  { algorithm = previous?.algorithm ?? 'ES384', keepPrevious = true }: KeyRotation = {},
): Promise<SigningKeys> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const key = {
    ...(await exportJWK(privateKey)),
    use: 'sig',
    kid: randomBytes(32).toString('base64url'),
  };
  return { algorithm, keys: [key, ...(keepPrevious ? (previous?.keys.slice(0, 1) ?? []) : [])] };
}
