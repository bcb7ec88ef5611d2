import { isLowerAcr, satisfiesAcr } from '../../options/authentication-context.js';
import { LogtoAcr } from '../../options/logto-constants.js';
import { isRecent, type Principal } from './principal.js';

/** The authentication context and the age that a sign-in must have. */
export interface RequiredAuthentication {
  /** The authentication context. If there are several, no sign-in meets all of them. */
  readonly acrs: readonly string[];
  /** Maximum time since the sign-in, in seconds. */
  readonly maxAge: number | undefined;
}

/** Why a user has to sign in again: the authentication context of the sign-in is too low, or it is too old. */
export type StepUpReason = 'acr' | 'age';

/** Any sign-in, of a route without such a requirement. */
const anySignIn: RequiredAuthentication = { acrs: [], maxAge: undefined };

/** Combines the requirements of class and handler. The stronger authentication context and the shorter time count. */
export function combineAuthentication(
  requirements: readonly { acr?: string; maxAge?: number }[],
): RequiredAuthentication | undefined {
  if (requirements.length === 0) return undefined;
  const acrs = [...new Set(requirements.flatMap(({ acr }) => acr ?? []))];
  const maxAges = requirements.flatMap(({ maxAge }) => maxAge ?? []);
  return {
    acrs: acrs.filter((acr) => !acrs.some((other) => isLowerAcr(acr, other))),
    maxAge: maxAges.length === 0 ? undefined : Math.min(...maxAges),
  };
}

/**
 * Why a user has to sign in again. `undefined` if the sign-in meets the requirement.
 * @param now in milliseconds since 1970
 */
export function stepUpReason(
  principal: Principal,
  { acrs, maxAge }: RequiredAuthentication,
  now: number,
): StepUpReason | undefined {
  if (!acrs.every((acr) => satisfiesAcr(principal.acr, acr))) return 'acr';
  return maxAge === undefined || isRecent(principal, maxAge, now) ? undefined : 'age';
}

/** The parameters of a sign-in that meets the requirements of a route. */
export function signInParametersOf({ acrs, maxAge } = anySignIn): {
  acrValues: string | undefined;
  maxAge: number | undefined;
} {
  return { acrValues: acrs.length > 0 ? acrs.join(' ') : undefined, maxAge };
}

/** For a message: "a sign-in with a second factor, within the last 300 seconds". */
export function describeAuthentication({ acrs, maxAge } = anySignIn): string {
  const [acr] = acrs;
  const factor = acr === LogtoAcr.Mfa ? ' with a second factor' : ` with the authentication context "${acr}"`;
  const age = maxAge === undefined ? '' : ` within the last ${maxAge} seconds`;
  return `a sign-in${acr === undefined ? '' : factor}${age}`;
}
