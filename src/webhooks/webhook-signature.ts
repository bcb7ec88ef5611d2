import { createHmac, timingSafeEqual } from 'node:crypto';

/** The header with the signature of a webhook: the hex HMAC-SHA-256 of the raw body. */
export const signatureHeader = 'logto-signature-sha-256';

/**
 * Whether one of the keys has signed the body. Compares in constant time.
 * @param signature in lower case
 */
export function isSignedBy(keys: readonly string[], body: Buffer, signature: string): boolean {
  // `Buffer.from` would ignore what follows the digits, so a repeat with such a suffix would count as another webhook.
  const given = Buffer.from(/^[\da-f]{64}$/.test(signature) ? signature : '', 'hex');
  const matches = keys.map((key) => {
    const expected = createHmac('sha256', key).update(body).digest();
    return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
  });
  return matches.includes(true);
}
