import { isError } from './is-error.js';
import { ResponseTooLargeError } from './response-too-large-error.js';

/** Whether a call timed out, or its connection failed before the whole response had arrived. */
export function connectionFailure(error: unknown): 'timeout' | 'connection' | undefined {
  for (let current = error, depth = 0; isError(current) && depth < 8; depth += 1) {
    if (current.name === 'TimeoutError') return 'timeout';
    if (/^(UND_ERR_(HEADERS|BODY|CONNECT)_TIMEOUT)$/.test(codeOf(current))) return 'timeout';
    if (/^(ECONN|ENOTFOUND|EAI_|EPIPE|EHOST|ENET|UND_ERR)/.test(codeOf(current))) return 'connection';
    if (current.name === 'TypeError' && /^(fetch failed|terminated)$/.test(current.message)) {
      return connectionFailure(current.cause) ?? 'connection';
    }
    if (current instanceof ResponseTooLargeError) return 'connection';
    current = current.cause;
  }
  return undefined;
}

/** The `code` of an error of Node or undici, or an empty string. */
export function codeOf(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
