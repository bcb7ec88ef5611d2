import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/**
 * Derives a 256-bit key from a secret, by HKDF (RFC 5869).
 * @param secret any string
 * @param purpose what the key is for. Each purpose has its own key.
 * @returns a `KeyObject`, which `util.inspect` does not print
 */
export function deriveKey(secret: string, purpose: string): KeyObject {
  return createSecretKey(new Uint8Array(hkdfSync('sha256', secret, '', `nestjs-logto ${purpose}`, 32)));
}
