import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';

/**
 * The address of a request, as far as a request can tell it: its path and query.
 * @param base what the rest of it is taken to be
 * @throws LogtoException `invalid_request`, 400: a request target may be a whole URL (RFC 9112 section 3.2.2), and one
 * that is none
 */
export function requestUrl({ originalUrl }: Request, base = 'http://localhost'): URL {
  if (URL.canParse(originalUrl, base)) return new URL(originalUrl, base);
  throw new LogtoException('invalid_request', 'The address of the request is malformed.', { status: 400 });
}
