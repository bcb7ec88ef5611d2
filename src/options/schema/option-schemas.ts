import { z } from 'zod';
import { trimSlashes } from './trim-slashes.js';

/** A non-empty string. */
export const text = (remedy: string) => z.string({ error: remedy }).min(1, { error: remedy });

/** A list of non-empty strings. */
export const names = z.array(text('must be a list of non-empty strings.'), {
  error: 'must be a list of non-empty strings.',
});

/** One of two or more values. */
export function oneOf<const Values extends readonly string[]>(values: Values) {
  const quoted = values.map((value) => `"${value}"`);
  return z.enum(values, { error: `must be ${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}.` });
}

/** The path of a route, such as `logto`. */
export function routePath(example: string) {
  const error = `must be a path of letters, digits, "-" and "_": "${example}".`;
  return z.string({ error }).refine((path) => /^[\w-]+(\/[\w-]+)*$/.test(trimSlashes(path)), { error });
}

/** True or false. */
export const flag = z.boolean({ error: 'must be true or false.' });

/** Zero or more seconds. */
export const seconds = z
  .number({ error: 'must be a number of seconds, 0 or greater.' })
  .nonnegative({ error: 'must be a number of seconds, 0 or greater.' });

/** More than zero seconds. */
export const positiveSeconds = z
  .number({ error: 'must be a number of seconds greater than 0.' })
  .positive({ error: 'must be a number of seconds greater than 0.' });

/** More than zero milliseconds. */
export const positiveMilliseconds = z
  .number({ error: 'must be a number of milliseconds greater than 0.' })
  .positive({ error: 'must be a number of milliseconds greater than 0.' });

/**
 * An http(s) URL without credentials, query and fragment.
 * @param missing the message for an empty value
 */
export function absoluteUrl(remedy: string, missing = remedy) {
  return z
    .string({
      error: ({ input }) =>
        input === undefined ? missing : `must be a string, and is ${kindOf(input)}. ${remedy}`,
    })
    .superRefine((value, context) => {
      const wrong = urlProblem(value);
      const message = value === '' ? missing : `${wrong} ${remedy}`;
      if (wrong !== undefined) context.addIssue({ code: 'custom', message });
    });
}

const pageUrlRemedy = 'must be an absolute http(s) URL: "https://app.example.com/welcome".';

/** The http(s) URL of a page. */
export const pageUrl = z
  .string({ error: pageUrlRemedy })
  .refine((value) => /^https?:$/.test(parseUrl(value)?.protocol ?? ''), { error: pageUrlRemedy });

/** An http(s) origin. */
export const origin = text('must be a list of origins such as "https://app.example.com".').refine(
  (value) => /^https?:$/.test(parseUrl(value)?.protocol ?? '') && parseUrl(value)?.origin === value,
  { error: 'must be an origin without a path: "https://app.example.com".' },
);

function urlProblem(value: string): string | undefined {
  const url = parseUrl(value);
  // A password may come before the "@".
  const given = value.includes('@') ? 'the value' : JSON.stringify(value);
  if (!/^https?:\/\//i.test(value))
    return `must be an absolute http(s) URL, and ${given} starts with neither "http://" nor "https://".`;
  if (!url) return `must be an absolute http(s) URL, and ${given} is not one.`;
  if (url.username || url.password || url.search || url.hash)
    return 'must not have credentials, a query or a fragment.';
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function parseUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}
