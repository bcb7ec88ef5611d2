import cookieParser from 'cookie-parser';
import type { Request, Response } from 'express';

const parse = cookieParser();

/** The cookies of a request: as the app's own cookie-parser has left them, or parsed now. */
export function cookiesOf(request: Request): Record<string, unknown> {
  // cookie-parser does nothing with the response.
  if (!(request as { cookies?: unknown }).cookies) parse(request, request.res as Response, () => undefined);
  return request.cookies as Record<string, unknown>;
}

/** The response of a request, to set cookies on. */
export function responseOf(request: Request): Response {
  if (request.res) return request.res;
  throw new TypeError('The request has no response, so no cookie can be set. Pass the Express request.');
}
