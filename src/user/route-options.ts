import { Injectable, type ExecutionContext } from '@nestjs/common';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { HandlerCache } from './handler-cache.js';
import { withLogtoOf, type WithLogtoOptions } from './with-logto.decorator.js';

/** The `@WithLogto()` options of a route, with the module's as defaults. */
export type RouteOptions = WithLogtoOptions &
  Required<Pick<WithLogtoOptions, 'unauthenticated'>> & {
    /** Whether anonymous requests pass the route's guards. A guard sets this when it first reads the route. */
    allowsAnonymous?: boolean;
  };

/** Reads the options of routes. */
@Injectable()
export class RouteOptionsReader {
  private readonly cache = new HandlerCache<RouteOptions>();

  constructor(private readonly options: ResolvedLogtoOptions) {}

  read(host: ExecutionContext): RouteOptions {
    const type = host.getClass();
    const handler = host.getHandler();
    return this.cache.get(type, handler, () => ({
      ...this.options.context,
      unauthenticated: this.options.unauthenticated,
      ...withLogtoOf(type, handler),
    }));
  }
}
