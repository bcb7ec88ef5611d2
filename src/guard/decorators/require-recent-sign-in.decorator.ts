import { isMaxAge } from './require-authentication.decorator.js';
import { requires } from '../requirements/requirement.js';

/**
 * Requires a recent sign-in at Logto, by `auth_time`. A browser navigation is redirected to sign in again (`max_age`,
 * OpenID Connect Core 3.1.2.1) and comes back; everything else gets 401 `recent_sign_in_required` (RFC 9470). A bearer
 * token without `auth_time` does not pass. The short form of `@RequireAuthentication({ maxAge })`.
 *
 * ```ts
 * @Post('delete-account') @RequireRecentSignIn({ maxAge: 300 })
 * ```
 * @param options `maxAge`: seconds, at least one
 * @throws TypeError at definition when the argument is wrong
 */
export function RequireRecentSignIn(options: { maxAge: number }): ClassDecorator & MethodDecorator {
  const maxAge: unknown = (options as { maxAge?: unknown } | undefined)?.maxAge;
  if (!isMaxAge(maxAge)) {
    throw new TypeError('@RequireRecentSignIn() takes { maxAge } in seconds, at least one.');
  }
  return requires({ kind: 'authentication', maxAge });
}
