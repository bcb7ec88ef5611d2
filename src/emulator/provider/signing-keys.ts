import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'oidc-provider';
import type { KeyRotation, SigningAlgorithm } from '../tenant/key-rotation.js';

/** The private keys of the tenant, newest first. The newest signs. The others verify older tokens. */
export interface SigningKeys {
  algorithm: SigningAlgorithm;
  keys: JWK[];
}

/** The curve of the key decides the algorithm (RFC 7518 section 3.4). */
const curves = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' } as const;

const generate = promisify(generateKeyPair);

export async function rotateKeys(
  previous: SigningKeys | undefined,
  { algorithm = previous?.algorithm ?? 'ES384', keepPrevious = true }: KeyRotation = {},
): Promise<SigningKeys> {
  const { privateKey } =
    algorithm === 'RS256'
      ? await generate('rsa', { modulusLength: 2048 })
      : await generate('ec', { namedCurve: curves[algorithm] });
  const key = {
    ...privateKey.export({ format: 'jwk' }),
    use: 'sig',
    kid: randomBytes(32).toString('base64url'),
  } as JWK;
  return { algorithm, keys: [key, ...(keepPrevious ? (previous?.keys.slice(0, 1) ?? []) : [])] };
}
