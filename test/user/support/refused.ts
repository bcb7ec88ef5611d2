import { expect } from '@jest/globals';

/** Matches the `exception` that a gateway sends for a refused message, by its code. */
export const refused = (code: string): object => expect.objectContaining({ status: 'error', code });
