import type { Type } from '@nestjs/common';
import type { Request } from 'express';
import type { IdTokenClaims } from '../oidc/claims.js';
import type { Credential } from '../options/credential.js';
import type { LocalUser } from './local-user.js';

/** How a user was authenticated. */
export interface LocalUserResolution {
  /** Where the claims come from: the ID token of a session, or a bearer access token. */
  credential: Credential;
  /**
   * The request during which the user is needed; for a socket, its handshake. Do not pass it to `LogtoService`: at a
   * sign-in it has no session of the user yet, and at a refresh the service may wait until the resolver has finished.
   */
  request: Request;
}

/** What a class with `@LogtoUserResolver()` implements. */
export interface LocalUserResolver {
  /**
   * Finds or creates your own user.
   * @returns JSON of at most 4 kB, stored in the session: a `Date` becomes a string. `null` refuses the user.
   */
  resolve(
    claims: IdTokenClaims,
    resolution: LocalUserResolution,
  ): LocalUser | null | Promise<LocalUser | null>;
}

const resolverMetadata = 'nestjs-logto:user-resolver';

/**
 * Marks the provider that finds your own user for a user of Logto. An app has at most one. `@Injectable()` beside it is
 * optional.
 *
 * For a session, it runs at the sign-in, after the `@OnSignIn()` hooks, and whenever the claims are refreshed. For a bearer
 * token, it runs once, and the result is cached with the verified token; without `api.cache` and for an opaque token, it
 * runs at each request. `null` refuses the user: with `user_not_allowed`, 403, at the sign-in or for the bearer token; a
 * refresh signs the user out.
 *
 * An `HttpException` below 500 is `user_not_allowed` too, with its status and message. Anything else that the method throws
 * is `hook_failed`, a result that is not JSON or is too large `local_user_invalid`, and a method that takes longer than
 * `hookTimeout` is `hook_timeout`. At a refresh these are only logged, and the session keeps its local user.
 *
 * ```ts
 * @LogtoUserResolver()
 * export class UsersResolver implements LocalUserResolver {
 *   async resolve(claims: IdTokenClaims): Promise<LocalUser | null> {}
 * }
 * ```
 */
export function LogtoUserResolver(): (target: Type<LocalUserResolver>) => void {
  return (target) => Reflect.defineMetadata(resolverMetadata, true, target);
}

/** Whether a class, or a base class of it, is a resolver. */
export function isUserResolver(type: object): boolean {
  return Reflect.hasMetadata(resolverMetadata, type);
}
