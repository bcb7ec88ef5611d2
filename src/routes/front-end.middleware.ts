import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { BasePath } from '../request/base-path.js';
import { PassiveRequests } from '../request/passive-requests.js';
import { Cors } from './cors.js';

/** The methods of the routes that front ends call with `fetch`. */
const methods = { session: 'GET', 'sign-out': 'POST' } as const;

/**
 * Middleware for the routes that front ends call with `fetch`. It responds to preflight requests from
 * `allowedOrigins`, adds the CORS headers to errors that occur before the route, and keeps the session route from
 * extending the session.
 */
@Injectable()
export class FrontEndMiddleware implements NestMiddleware {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly basePath: BasePath,
    private readonly cors: Cors,
    private readonly passiveRequests: PassiveRequests,
  ) {}

  /** Runs before the session. */
  use(request: Request, response: Response, next: NextFunction): void {
    const route = this.routeOf(request);
    if (route === 'session') this.passiveRequests.add(request);
    const isAllowed = route !== undefined && this.cors.allow(request, response);
    if (isAllowed && isPreflight(request)) this.cors.respondToPreflight(request, response, methods[route]);
    else next();
  }

  private routeOf({ path }: Request): keyof typeof methods | undefined {
    return (['session', 'sign-out'] as const).find(
      (route) =>
        path.includes(route) && this.basePath.isRoute(path, `/${this.options.authRoutesPrefix}/${route}`),
    );
  }
}

function isPreflight({ method, headers }: Request): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}
