/* An interface and a const of the same name: decorator metadata needs a value. */

/**
 * Your own user, as `@LogtoUserResolver()` returns it. Declare its members once:
 *
 * ```ts
 * declare module 'nestjs-logto' {
 *   interface LocalUser { id: number }
 * }
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface LocalUser {}
export const LocalUser = Object;
