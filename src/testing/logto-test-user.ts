import type { UserClaims, UserInfoResponse } from '../oidc/claims.js';
import type { TokenTarget } from '../oidc/oidc-client.js';
import type { Credential } from '../user/with-logto.options.js';

/** An organization that a user of a test is a member of. */
export interface LogtoTestOrganization {
  id: string;
  /** Told by userinfo, in `organization_data`. Default: the id. */
  name?: string;
  /** Names of the user's roles in it. Default: none. */
  roles?: string[];
  /** The user's permissions in it: the scopes of organization tokens. Default: none. */
  scopes?: string[];
  /** The user's permissions on API resources within it, by resource. Default: none. */
  resourceScopes?: Record<string, string[]>;
}

/** The claims of a user that are written as Logto tells them. */
type PlainClaims = {
  [Claim in keyof UserClaims as Claim extends 'organizations' ? never : Claim]: UserClaims[Claim];
};

/**
 * A user of a test: claims by their own names, and what the user may do. As at Logto, the app is told only what
 * its `scopes` ask for.
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
  /** Organizations, by id alone or with what the user is in them. Default: none. */
  organizations?: (string | LogtoTestOrganization)[];
  /** Permissions on API resources: by resource, or a list for whichever is asked. Default: none. */
  scopes?: string[] | Record<string, string[]>;
  /** What only userinfo tells, or tells differently. Default: what the claims above say. */
  userInfo?: Partial<UserInfoResponse>;
}

/** How a user of a test has signed in. */
export interface SignedInAsOptions extends TokenTarget {
  /**
   * By a session, or by a bearer access token. Default: what the testing module says, else a session, or a
   * token where the app takes bearer tokens alone.
   */
  as?: Credential;
  /** What a bearer token is for. Default: the app's (first) `api.audience`. */
  resource?: string;
  /** The organization that a bearer token is for: alone an organization token, with `resource` one bound to it. */
  organizationId?: string;
  /** How long ago the sign-in at Logto was, in seconds. Default: just now; a bearer token does not tell it. */
  signedInAgo?: number;
  /** Whether it is over: Logto has ended the sign-in of the session, the bearer token has expired. Default: `false`. */
  expired?: boolean;
  /** What the tenant's custom token claims add to access tokens that are JWTs, such as `roles`. Default: nothing. */
  tokenClaims?: Record<string, unknown>;
}

/** A user together with how they have signed in. */
export interface TestSignIn extends SignedInAsOptions {
  readonly user: LogtoTestUser;
}

/** The membership of a user in an organization. */
export function membershipOf(user: LogtoTestUser, organizationId: string): LogtoTestOrganization | undefined {
  return membershipsOf(user).find(({ id }) => id === organizationId);
}

/** The memberships of a user, each written out. */
export function membershipsOf({ organizations = [] }: LogtoTestUser): LogtoTestOrganization[] {
  return organizations.map((organization) =>
    typeof organization === 'string' ? { id: organization } : organization,
  );
}
