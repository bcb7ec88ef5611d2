import type { IncomingMessage } from 'node:http';
import { LogtoException } from '../../logto.exceptions.js';
import { InvalidTokenException } from '../../oidc/errors/invalid-token.exception.js';

/** Maximum length of a token, in characters. Logto's have about a thousand. */
const maxLength = 16 * 1024;

export function hasAuthorizationHeader({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers.authorization !== undefined;
}

/**
 * Extracts the bearer token of a request (RFC 6750 section 2.1) from its header: tokens in a query would end up in logs.
 * The scheme's case does not matter (RFC 9110 section 11.1).
 * @throws LogtoException `invalid_request`, 400, for two `Authorization` headers; `invalid_token`, 401, for a header
 * without a bearer token
 */
export function extractBearerToken(request: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): string {
  // Node keeps the first of two headers, but a proxy may have checked the second.
  if (countOf('authorization', request.rawHeaders) > 1) {
    throw new LogtoException('invalid_request', 'The request has more than one Authorization header.', {
      status: 400,
    });
  }
  const token = /^bearer +([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined || token.length > maxLength) {
    throw new InvalidTokenException('The Authorization header has no bearer token.');
  }
  return token;
}

/** @param rawHeaders names and values in turn */
function countOf(header: string, rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === header.length && name.toLowerCase() === header) count += 1;
  }
  return count;
}
