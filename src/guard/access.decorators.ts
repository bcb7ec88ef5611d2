import { SetMetadata } from '@nestjs/common';

/** Who may pass at all. */
export type RouteAccess = 'public' | 'optional';

export const accessMetadata = 'nestjs-logto:access';

/**
 * Opens a class or a handler to everybody where a guard is installed globally. The handler beats the class: a
 * handler of a public class that has a requirement of its own is guarded.
 */
export const Public = (): ClassDecorator & MethodDecorator =>
  SetMetadata(accessMetadata, 'public' satisfies RouteAccess);

/**
 * Lets anonymous visitors pass, and tells who the others are. A bearer token that is bad does not pass, and
 * requirements still hold for whoever is there. The handler beats the class.
 */
export const OptionalAuth = (): ClassDecorator & MethodDecorator =>
  SetMetadata(accessMetadata, 'optional' satisfies RouteAccess);
