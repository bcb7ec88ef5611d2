import type { LocalUser } from '../hooks/local-user.js';
import type { UserClaims, UserInfoResponse } from '../oidc/claims.js';
import type { TokenTarget } from '../oidc/token-target.js';
import type { Credential } from '../options/credential.js';

/** An organization that a test user is a member of. */
export interface LogtoTestOrganization {
  id: string;
  /** The name in the claim `organization_data` of userinfo. Default: the id. */
  name?: string;
  /** The user's roles in the organization. Default: none. */
  roles?: string[];
  /** The user's permissions in the organization: the scopes of organization tokens. Default: none. */
  scopes?: string[];
  /** The user's permissions on API resources within the organization, by resource. Default: none. */
  resourceScopes?: Record<string, string[]>;
}

type PlainClaims = {
  [Claim in keyof UserClaims as Claim extends 'organizations' ? never : Claim]: UserClaims[Claim];
};

/**
 * A user of a test, with claims and permissions. As in Logto, an app only gets those that its `scopes` request.
 *
 * ```ts
 * const ada = {
 *   sub: 'ada',
 *   email: 'ada@example.com',
 *   roles: ['admin'],
 *   scopes: ['read:orders'],
 *   organizations: [{ id: 'acme', roles: ['owner'], scopes: ['invite'] }],
 * };
 * ```
 */
export interface LogtoTestUser extends PlainClaims {
  /** The user's id at Logto. */
  sub: string;
  /** Organizations, as ids or with the user's roles and permissions. Default: none. */
  organizations?: (string | LogtoTestOrganization)[];
  /** Permissions on API resources: by resource, or one list for all resources. Default: none. */
  scopes?: string[] | Record<string, string[]>;
  /** How the user signed in, for example `LogtoAcr.Mfa` for `@RequireMfa()`. Default: the tokens have no `acr`. */
  acr?: string;
  /** The methods with which the user signed in (RFC 8176). Default: the tokens have no `amr`. */
  amr?: string[];
  /** When the user signed in, in seconds since 1970. Default: derived from `signedInAgo`. */
  auth_time?: number;
  /**
   * Your own user, as your `@LogtoUserResolver()` would return it. The resolver is then not called. Default: its result;
   * if that is `null`, the request is refused with 403.
   */
  localUser?: LocalUser;
  /** Claims that only userinfo contains, or with other values there. Default: the same as above. */
  userInfo?: Partial<UserInfoResponse>;
}

/** How a test user is signed in. */
export interface SignedInAsOptions extends TokenTarget {
  /**
   * With a session or with a bearer access token. Default: that of the testing module, else a session, or a bearer
   * token in an app that only accepts bearer tokens.
   */
  as?: Credential;
  /** The resource of a bearer token. Default: the first `api.audience` of the app. */
  resource?: string;
  /** The organization of a bearer token. With `resource`, the token is for the resource in the organization. */
  organizationId?: string;
  /** The age of the sign-in in seconds. Default: 0 for a session; a bearer token does not contain it by default. */
  signedInAgo?: number;
  /** Whether Logto has ended the session's sign-in, or the bearer token has expired. Default: `false`. */
  expired?: boolean;
  /** The tenant's custom token claims in JWT access tokens, for example `roles`. Default: none. */
  tokenClaims?: Record<string, unknown>;
}

export interface TestSignIn extends SignedInAsOptions {
  readonly user: LogtoTestUser;
}

export function membershipOf(user: LogtoTestUser, organizationId: string): LogtoTestOrganization | undefined {
  return membershipsOf(user).find(({ id }) => id === organizationId);
}

export function membershipsOf({ organizations = [] }: LogtoTestUser): LogtoTestOrganization[] {
  return organizations.map((organization) =>
    typeof organization === 'string' ? { id: organization } : organization,
  );
}
