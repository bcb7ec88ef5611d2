import type { IncomingMessage } from 'node:http';
import { LogtoException } from '../logto.exceptions.js';

/** What a request's `Authorization` header holds: a bearer token, something else, or nothing. */
export type BearerCredential = { token: string } | { token: undefined; present: boolean };

/**
 * Reads the bearer token of a request (RFC 6750 section 2.1). Only the header counts: tokens in a query end up
 * in logs.
 * @throws LogtoException `invalid_request`, 400, when there are two `Authorization` headers
 */
export function bearerCredential(request: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): BearerCredential {
  const { authorization } = request.headers;
  if (authorization === undefined) return { token: undefined, present: false };
  // Node keeps the first of two headers, a proxy may have looked at the second.
  const count = request.rawHeaders.filter(
    (name, index) => index % 2 === 0 && /^authorization$/i.test(name),
  ).length;
  if (count > 1) {
    throw new LogtoException('invalid_request', 'The request has more than one Authorization header.', {
      status: 400,
    });
  }
  return parseBearer(authorization) ?? { token: undefined, present: true };
}

/** The token of `Bearer <token>`; the scheme's case does not matter (RFC 9110 section 11.1). */
export function parseBearer(header: string): { token: string } | undefined {
  const token = /^bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1];
  return token === undefined ? undefined : { token };
}
