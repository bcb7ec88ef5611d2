import cookieParser from 'cookie-parser';
import type { Request, Response } from 'express';

const parse = cookieParser();

/** The cookies of a request. If the app uses cookie-parser, they are parsed already. */
export function cookiesOf(request: Request): Record<string, unknown> {
  // cookie-parser does not use the response.
  if (!(request as { cookies?: unknown }).cookies) parse(request, request.res as Response, () => undefined);
  return request.cookies as Record<string, unknown>;
}

/** The response to a request, for setting cookies. */
export function responseOf(request: Request): Response {
  if (request.res) return request.res;
  throw new TypeError('The request has no response, so no cookie can be set. Pass the Express request.');
}
