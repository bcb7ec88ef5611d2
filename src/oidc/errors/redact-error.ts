import { AuthorizationResponseError, ResponseBodyError } from 'openid-client';
import { codeOf } from './connection-failure.js';
import { isError } from './is-error.js';

/**
 * Copies an error without its secrets, so that it can be logged. The `cause` of an error of openid-client may be a whole
 * response with its tokens.
 */
export function redactError(error: unknown, depth = 0): Error | undefined {
  if (!isError(error) || depth > 4) return undefined;
  const cause = redactError(error.cause, depth + 1);
  const copy = new Error(redactTokens(error.message), cause && { cause });
  copy.name = error.name;
  if (error.stack) copy.stack = redactTokens(error.stack);
  const code = codeOf(error);
  if (code) Object.assign(copy, { code });
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    Object.assign(copy, { error: redactTokens(error.error) });
    if (error.error_description) {
      Object.assign(copy, { error_description: redactTokens(error.error_description).slice(0, 200) });
    }
  }
  return copy;
}

/** Redacts what looks like a token: Logto may repeat one in its error message. */
export function redactTokens(text: string): string {
  return text.replace(/[\w.~+/=-]{24,}/g, (word) =>
    /\d/.test(word) && !word.includes('/') ? '[redacted]' : word,
  );
}
