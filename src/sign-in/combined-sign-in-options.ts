import { acrValuesOf, isLowerAcr } from '../options/authentication-context.js';
import type { SignInOptions } from '../options/sign-in-options.js';
import { withoutUndefined } from '../options/without-undefined.js';

/**
 * The options of one sign-in: its own, and those of the module for the rest. They may require more of the user than the
 * module's, but not less, because a route may take them from a link.
 * @param configured the module's `signInOptions`
 * @param given those of the sign-in
 */
export function combinedSignInOptions(configured: SignInOptions, given: SignInOptions): SignInOptions {
  const required = acrValuesOf(configured.acrValues);
  const acrValues = acrValuesOf(given.acrValues).filter(
    (acr) => !required.some((other) => isLowerAcr(acr, other)),
  );
  // `Number()` returns NaN if a link has a value that is not a number.
  const maxAges = [configured.maxAge, given.maxAge].filter(
    (maxAge): maxAge is number => maxAge !== undefined && maxAge >= 0,
  );
  return withoutUndefined({
    ...configured,
    ...withoutUndefined(given),
    acrValues: acrValues.length > 0 ? acrValues : configured.acrValues,
    maxAge: maxAges.length > 0 ? Math.min(...maxAges) : undefined,
  });
}
