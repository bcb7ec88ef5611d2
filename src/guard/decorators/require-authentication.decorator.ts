import { acrPattern } from '../../options/authentication-context.js';
import { requires, type AuthenticationRequirementOptions } from '../requirements/requirement.js';

/**
 * Requires an authentication context, a recent sign-in at Logto, or both (step-up authentication, RFC 9470). A browser
 * navigation is redirected to a sign-in with `acr_values` and `max_age`, and comes back. Any other request gets 401
 * `insufficient_authentication`, or `recent_sign_in_required` if only the time is exceeded. A sign-in that comes back without
 * the authentication context is rejected with 403. `LogtoAcr.Mfa` also satisfies `LogtoAcr.FirstFactor`. `acr` needs Logto
 * 1.46.
 *
 * ```ts
 * @Post('payout') @RequireAuthentication({ acr: LogtoAcr.Mfa, maxAge: 300 })
 * ```
 * A token from client credentials has no user: 403 `user_required`.
 * @param options `acr`, `maxAge` in seconds, or both
 * @throws TypeError at definition when the argument is wrong
 * @see {@link https://docs.logto.io/end-user-flows/step-up-authentication}
 */
export function RequireAuthentication(
  options: AuthenticationRequirementOptions,
): ClassDecorator & MethodDecorator {
  const given: unknown = options;
  const entries = Object.entries(typeof given === 'object' && given !== null ? given : {}).filter(
    ([, value]) => value !== undefined,
  );
  const isValid = entries.length > 0 && entries.every(([name, value]) => rules.get(name)?.(value));
  if (!isValid) {
    throw new TypeError(
      '@RequireAuthentication() takes { acr, maxAge } or one of them: `acr` must be a string without spaces, `maxAge` ' +
        'at least one second.',
    );
  }
  return requires({ kind: 'authentication', ...options });
}

const rules = new Map<string, (value: unknown) => boolean>([
  ['acr', (value) => typeof value === 'string' && acrPattern.test(value)],
  ['maxAge', isMaxAge],
]);

/** Whether a value is a valid `maxAge`: at least one second. */
export function isMaxAge(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 1;
}
