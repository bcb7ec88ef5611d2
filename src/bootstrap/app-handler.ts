import type { Type } from '@nestjs/common';
import { accessPolicyOf, type AccessPolicy } from '../guard/policy/access-policy.js';
import { decoratedMethodsOf, type Method } from '../nest/decorated-methods-of.js';

/** A method of the app that may be a handler: one with a decorator. */
export interface AppHandler {
  readonly type: Type;
  /** The name of the method. */
  readonly name: string;
  readonly method: Method;
  /** `Class.method` */
  readonly fullName: string;
  readonly policy: Omit<AccessPolicy, 'route'>;
}

/** The handlers of a class, inherited ones included. */
export function handlersOf(type: Type): AppHandler[] {
  return decoratedMethodsOf(type).map(([name, method]) => ({
    type,
    name,
    method,
    fullName: `${type.name}.${name}`,
    policy: accessPolicyOf(type, method),
  }));
}
