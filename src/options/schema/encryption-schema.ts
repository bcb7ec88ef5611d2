import { z } from 'zod';
import { flag } from './option-schemas.js';

const minKeyLength = 32;

const howToGenerate = 'Generate a key with `openssl rand -base64 32`';

const keysRemedy = `required: a list of at least one key (LOGTO_ENCRYPTION_KEYS with logtoOptionsFromEnv). ${howToGenerate}.`;

const keyRemedy = `must be a string of at least ${minKeyLength} characters. ${howToGenerate}.`;

const key = z
  .string({ error: keyRemedy })
  .refine((value) => value.trim().length >= minKeyLength, { error: keyRemedy });

/** The option `encryption`. */
export const encryption = z.strictObject(
  {
    keys: z
      .array(key, { error: keysRemedy })
      .min(1, { error: keysRemedy })
      .refine((keys) => new Set(keys).size === keys.length, {
        error:
          'must not have the same key twice. List each key once: first the one that encrypts, then the older ones.',
      }),
    decryptOnly: flag.optional(),
  },
  { error: 'must be { keys }, with a list of keys.' },
);
