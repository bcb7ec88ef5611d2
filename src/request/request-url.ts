import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';

/**
 * The URL of a request, which only determines its path and query.
 * @param base the rest of the URL
 * @throws LogtoException `invalid_request`, 400, for a request target that is not a valid URL (RFC 9112 section 3.2.2)
 */
export function requestUrl({ originalUrl }: Request, base = 'http://localhost'): URL {
  if (URL.canParse(originalUrl, base)) return new URL(originalUrl, base);
  throw new LogtoException('invalid_request', 'The address of the request is malformed.', { status: 400 });
}
