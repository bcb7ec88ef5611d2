/** The algorithms that a Logto tenant can sign with: by the curve of an EC key, else `RS256`. */
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

export const signingAlgorithms = ['ES256', 'ES384', 'ES512', 'RS256'] as const;

/** How to rotate keys: with the same algorithm by default, and keeping the previous key, as in Logto. */
export interface KeyRotation {
  algorithm?: SigningAlgorithm;
  keepPrevious?: boolean;
}
