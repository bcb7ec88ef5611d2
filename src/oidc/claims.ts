/*
 * Each interface has a const of the same name, `Object`, for the metadata that TypeScript emits for decorated parameters:
 * a plain import works under `isolatedModules`, and no pipe takes the type for a class.
 */

/** Claims of a user in the ID token and in the response of the userinfo endpoint. */
export interface UserClaims {
  /** The ID of the user at Logto. */
  sub: string;
  name?: string | null;
  family_name?: string | null;
  given_name?: string | null;
  middle_name?: string | null;
  nickname?: string | null;
  preferred_username?: string | null;
  /** URL of the profile page. */
  profile?: string | null;
  /** URL of the picture. */
  picture?: string | null;
  website?: string | null;
  gender?: string | null;
  birthdate?: string | null;
  zoneinfo?: string | null;
  locale?: string | null;
  /** When the profile was last changed, in **milliseconds** since 1970, unlike in OpenID Connect. */
  updated_at?: number | null;
  /** Unique in the tenant. `null` if the user signed up without a username. */
  username?: string | null;
  /** When the account was created, in **milliseconds** since 1970. */
  created_at?: number | null;
  email?: string | null;
  email_verified?: boolean;
  phone_number?: string | null;
  phone_number_verified?: boolean;
  address?: AddressClaim | null;
  custom_data?: Record<string, unknown>;
  identities?: Record<string, IdentityClaim>;
  sso_identities?: SsoIdentityClaim[];
  /** Names of the user's roles. */
  roles?: string[];
  /** IDs of the organizations that the user is a member of. */
  organizations?: string[];
  /** Roles in organizations, each as `organizationId:roleName`. */
  organization_roles?: string[];
  [claim: string]: unknown;
}

/**
 * Claims of the signed-in user. Which ones there are depends on the requested scopes and on the tenant. A claim without a
 * value may be `null`. Add your own by augmentation:
 *
 * ```ts
 * declare module 'nestjs-logto' {
 *   interface IdTokenClaims { plan?: string }
 * }
 * ```
 * @see {@link https://docs.logto.io/end-user-flows/scopes-and-claims}
 */
export interface IdTokenClaims extends UserClaims {
  /** Issuer: `${endpoint}/oidc`. */
  iss: string;
  /** Audience: the ID of the application. */
  aud: string | string[];
  /** Expiry, in seconds since 1970. */
  exp: number;
  /** Issued at, in seconds since 1970. */
  iat: number;
  at_hash?: string | null;
  /** When the user signed in at Logto, in seconds since 1970. Before Logto 1.46 only after a sign-in with `maxAge`. */
  auth_time?: number;
  /** How the user has signed in, as one of `LogtoAcr`. Since Logto 1.46; not after a sign-in by a social account alone. */
  acr?: string;
  /** The methods by which the user has signed in, such as `pwd`, `otp` and `mfa` (RFC 8176). Since Logto 1.46. */
  amr?: string[];
  /** The ID of Logto's session, if back-channel logout requires it. */
  sid?: string;
  nonce?: string;
}
export const IdTokenClaims = Object;

/** The response of the userinfo endpoint. */
export interface UserInfoResponse extends UserClaims {
  /** The organizations of the user, with their names. */
  organization_data?: OrganizationData[];
}
export const UserInfoResponse = Object;

/** Claims of an access token that is a JWT (RFC 9068). */
export interface AccessTokenClaims {
  iss: string;
  sub: string;
  aud: string | string[];
  exp: number;
  iat: number;
  jti?: string;
  client_id?: string;
  /** Space-separated scopes. */
  scope?: string;
  /** When the user signed in, in seconds since 1970. Since Logto 1.46, like `acr` and `amr`. Not for client credentials. */
  auth_time?: number;
  /** How the user has signed in, as one of `LogtoAcr`. */
  acr?: string;
  /** The methods by which the user has signed in (RFC 8176). */
  amr?: string[];
  /** The organization that the token is issued for. */
  organization_id?: string;
  [claim: string]: unknown;
}
export const AccessTokenClaims = Object;

/** An organization in the response of the userinfo endpoint. */
export interface OrganizationData {
  id: string;
  name: string;
  description: string | null;
}

/** A social identity that is linked to the user. */
export interface IdentityClaim {
  userId: string;
  details?: Record<string, unknown>;
}

/** An enterprise identity that is linked to the user. */
export interface SsoIdentityClaim {
  issuer: string;
  identityId: string;
  detail?: Record<string, unknown>;
}

/** A postal address (OpenID Connect Core 5.1.1). */
export interface AddressClaim {
  formatted?: string;
  street_address?: string;
  locality?: string;
  region?: string;
  postal_code?: string;
  country?: string;
}
