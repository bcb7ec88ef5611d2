import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';

/** How long browsers may cache the response to a preflight request, in seconds. */
const preflightMaxAge = 600;

/** Cross-origin requests with cookies from `allowedOrigins` (Fetch Standard 3.3, the CORS protocol). */
@Injectable()
export class Cors {
  constructor(private readonly options: ResolvedLogtoOptions) {}

  /**
   * Lets the page that has sent a request read the response. Headers that the app's own CORS has set are replaced.
   * @returns whether the origin is allowed
   */
  allow({ headers: { origin } }: Request, response: Response): boolean {
    const { allowedOrigins } = this.options;
    if (allowedOrigins.length === 0) return false;
    response.vary('Origin');
    if (origin === undefined || !allowedOrigins.includes(origin)) return false;
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Allow-Credentials', 'true');
    return true;
  }

  /** Responds to a preflight request. Any header may be sent, because the routes read none that matters. */
  respondToPreflight(request: Request, response: Response, method: string): void {
    const headers = request.headers['access-control-request-headers'];
    response.vary('Access-Control-Request-Headers');
    response.setHeader('Access-Control-Allow-Methods', method);
    if (headers !== undefined) response.setHeader('Access-Control-Allow-Headers', headers);
    response.setHeader('Access-Control-Max-Age', preflightMaxAge);
    response.status(204).end();
  }
}
