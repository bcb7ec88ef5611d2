import type { KoaContextWithOIDC } from 'oidc-provider';

/** The authentication contexts that Logto knows, the weaker one first. */
export const acrValues = ['urn:logto:acr:1fa', 'urn:logto:acr:mfa'] as const;

const [oneFactor, twoFactors] = acrValues;

/** The claims that describe how a user has signed in. */
export const contextClaims = ['acr', 'amr', 'auth_time'];

/** How a user has signed in, as the provider keeps it in the session. */
export interface AuthenticationContext {
  acr?: string;
  /** Authentication methods (RFC 8176). */
  amr: string[];
}

/** The context of a sign-in with one method. A social or enterprise account reaches none of the values. */
export function oneFactorContext(method: 'pwd' | 'otp' | 'fed'): AuthenticationContext {
  return { ...(method !== 'fed' && { acr: oneFactor }), amr: [method] };
}

/** The context after the second factor. @param before - the methods of the session so far */
export function twoFactorContext(before: readonly string[] = []): AuthenticationContext {
  return {
    acr: twoFactors,
    amr: [...new Set([...before.filter((method) => method !== 'mfa'), 'otp', 'mfa'])],
  };
}

/** Whether the context of a session satisfies one of the requested ones. The stronger one satisfies the weaker one. */
export function satisfies(acr: string | undefined, requested: readonly string[]): boolean {
  const reached = acrValues.findIndex((value) => value === acr);
  return acrValues.some((value, rank) => rank <= reached && requested.includes(value));
}

/** Claims of an access token: those of the sign-in that it comes from. Other grants have none. */
export function authenticationContext({ oidc }: KoaContextWithOIDC): Record<string, unknown> {
  const { AuthorizationCode, RefreshToken } = oidc.entities;
  const signIn = { authorization_code: AuthorizationCode, refresh_token: RefreshToken }[
    String(oidc.params?.['grant_type'])
  ];
  if (!signIn) return {};
  const { acr, amr, authTime } = signIn;
  return {
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
    ...(authTime !== undefined && { auth_time: authTime }),
  };
}
