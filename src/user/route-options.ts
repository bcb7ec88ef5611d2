import { Injectable, type ExecutionContext, type Type } from '@nestjs/common';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { withLogtoOf, type WithLogtoOptions } from './with-logto.options.js';

/** What a route wants: the module's defaults, overridden by the class, overridden by the handler. */
export type RouteOptions = WithLogtoOptions &
  Required<Pick<WithLogtoOptions, 'unauthenticated'>> & {
    /** Whether a guard lets anonymous visitors pass; the guard says so as it sees the route first. */
    anonymousPasses?: boolean;
  };

type Handler = ReturnType<ExecutionContext['getHandler']>;

/** What the decorators of a route say, read once a handler: metadata lookups at each request cost. */
@Injectable()
export class RouteOptionsReader {
  private readonly plans = new WeakMap<Type, WeakMap<Handler, RouteOptions>>();

  constructor(private readonly options: ResolvedLogtoOptions) {}

  /** The module's defaults, overridden by the class, overridden by the handler. */
  of(context: ExecutionContext): RouteOptions {
    const type = context.getClass();
    const handler = context.getHandler();
    let ofType = this.plans.get(type);
    if (!ofType) this.plans.set(type, (ofType = new WeakMap()));
    let plan = ofType.get(handler);
    if (!plan) {
      plan = {
        ...this.options.context,
        unauthenticated: this.options.unauthenticated,
        ...withLogtoOf(type, handler),
      };
      ofType.set(handler, plan);
    }
    return plan;
  }
}
