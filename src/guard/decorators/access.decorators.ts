import { SetMetadata } from '@nestjs/common';

/** Which requests may pass without a user. */
export type RouteAccess = 'public' | 'optional';

export const accessMetadata = 'nestjs-logto:access';

/**
 * Exempts a class or a handler from a global guard. The handler's decorators override the class's: in a public class,
 * a handler with its own requirement is guarded.
 */
export const Public = (): ClassDecorator & MethodDecorator =>
  SetMetadata(accessMetadata, 'public' satisfies RouteAccess);

/**
 * Lets anonymous requests pass too. A bad bearer token does not pass, and requirements still apply to signed-in users. The
 * handler's decorators override the class's.
 */
export const OptionalAuth = (): ClassDecorator & MethodDecorator =>
  SetMetadata(accessMetadata, 'optional' satisfies RouteAccess);
