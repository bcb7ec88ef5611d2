import { AuthorizationResponseError, ResponseBodyError } from 'openid-client';
import { codeOf } from './connection-failure.js';
import { isError } from './is-error.js';

/**
 * A copy of an error that is safe to log: openid-client attaches whole response bodies, tokens included, as
 * `cause` of the errors that it throws.
 */
export function harmless(error: unknown, depth = 0): Error | undefined {
  if (!isError(error) || depth > 4) return undefined;
  const cause = harmless(error.cause, depth + 1);
  const copy = new Error(withoutTokens(error.message), cause && { cause });
  copy.name = error.name;
  if (error.stack) copy.stack = withoutTokens(error.stack);
  const code = codeOf(error);
  if (code) Object.assign(copy, { code });
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    Object.assign(copy, { error: withoutTokens(error.error) });
    if (error.error_description) {
      Object.assign(copy, { error_description: withoutTokens(error.error_description).slice(0, 200) });
    }
  }
  return copy;
}

/** Anything long and random-looking may be a token that a provider echoed. */
function withoutTokens(text: string): string {
  return text.replace(/[\w.~+/=-]{24,}/g, (run) =>
    /\d/.test(run) && !run.includes('/') ? '[redacted]' : run,
  );
}
