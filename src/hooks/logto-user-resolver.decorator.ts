import type { Type } from '@nestjs/common';
import type { Request } from 'express';
import type { IdTokenClaims } from '../oidc/claims.js';
import type { Credential } from '../options/credential.js';
import type { LocalUser } from './local-user.js';

/** How a user was authenticated. */
export interface LocalUserResolution {
  /** Whose claims these are: those of a session's ID token, or those of a bearer access token. */
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
 * For a session, it is asked at the sign-in, after the `@OnSignIn()` hooks, and whenever the claims are refreshed. For a
 * bearer token, it is asked once, and the answer is cached with the verified token; without `api.cache` and for an opaque
 * token, at each request. `null` refuses with `user_not_allowed`, 403: at the sign-in, or for the bearer token. At a refresh
 * it ends the sign-in.
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
