/** The algorithms that a Logto tenant can sign with: `ES256`, `ES384` or `ES512`, depending on the curve of an EC key, or `RS256` for an RSA key. */
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

export const signingAlgorithms = ['ES256', 'ES384', 'ES512', 'RS256'] as const;

/** Options of {@link LogtoEmulator.rotateSigningKeys}. */
export interface KeyRotation {
  /** The algorithm of the new key. Default: that of the current key. */
  algorithm?: SigningAlgorithm;
  /** Whether the previous key stays in the JWKS, so that its tokens can still be verified. Default: true, as in Logto. */
  keepPrevious?: boolean;
}
