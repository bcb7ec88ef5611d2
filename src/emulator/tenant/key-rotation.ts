/** The algorithms that a Logto tenant can sign with. */
export type SigningAlgorithm = 'ES384' | 'RS256';

/** How to rotate keys: with the same algorithm by default, and keeping the previous key, as in Logto. */
export interface KeyRotation {
  algorithm?: SigningAlgorithm;
  keepPrevious?: boolean;
}
