import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

import type { JWK } from 'oidc-provider';

/** The algorithms that a Logto tenant can sign with. */
export type SigningAlgorithm = 'ES384' | 'RS256';

/** The private keys of the tenant, the newest first: it signs, the others only verify. */
export interface SigningKeys {
  algorithm: SigningAlgorithm;
  keys: JWK[];
}

const generate = promisify(generateKeyPair);

/** Adds a new key in front, as an administrator of Logto does; Logto keeps the one before. */
export async function rotate(
  previous: SigningKeys | undefined,
  algorithm: SigningAlgorithm,
  keepPrevious = true,
): Promise<SigningKeys> {
  const { privateKey } =
    algorithm === 'ES384'
      ? await generate('ec', { namedCurve: 'P-384' })
      : await generate('rsa', { modulusLength: 2048 });
  // Logto names the algorithm for elliptic curves only: an RSA key may serve several.
  const key = {
    ...privateKey.export({ format: 'jwk' }),
    use: 'sig',
    kid: randomBytes(32).toString('base64url'),
  } as JWK;
  return { algorithm, keys: [key, ...(keepPrevious ? (previous?.keys.slice(0, 1) ?? []) : [])] };
}
