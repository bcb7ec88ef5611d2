import { z } from 'zod';
import { pageUrl, text } from './option-schemas.js';

const remedy = 'must be true or { resourceName, documentation, policyUri, tosUri }.';

/** The option `api.metadata`. */
export const resourceMetadata = z.union(
  [
    z.literal(true),
    z.strictObject({
      resourceName: text('must be a name for users.').optional(),
      documentation: pageUrl.optional(),
      policyUri: pageUrl.optional(),
      tosUri: pageUrl.optional(),
    }),
  ],
  { error: remedy },
);
