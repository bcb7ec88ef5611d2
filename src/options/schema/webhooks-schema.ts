import { z } from 'zod';
import { flag, routePath, text } from './option-schemas.js';

const signingKeyRemedy =
  'required: the signing key from Logto Console > Webhooks > your webhook (LOGTO_WEBHOOK_SIGNING_KEY with ' +
  'logtoOptionsFromEnv).';

/** A signing key. With an empty one, anyone could sign a webhook. */
const signingKey = text(signingKeyRemedy).refine((key) => key === '' || key === key.trim(), {
  error:
    'must not be blank, or start or end with spaces or line breaks. Copy the signing key from Logto Console > Webhooks.',
});

/** The option `webhooks`. */
export const webhooks = z.strictObject(
  {
    signingKey: z.union(
      [signingKey, z.array(signingKey).min(1, { error: `${signingKeyRemedy} The list is empty.` })],
      { error: signingKeyRemedy },
    ),
    path: routePath('logto/webhooks').optional(),
    endSessions: flag.optional(),
  },
  { error: 'must be { signingKey }, with the signing key from Logto Console > Webhooks > your webhook.' },
);
