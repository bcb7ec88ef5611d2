import { expect } from '@jest/globals';

/** The `exception` that a gateway answers with, by its code. */
export const refused = (code: string): object => expect.objectContaining({ status: 'error', code });
