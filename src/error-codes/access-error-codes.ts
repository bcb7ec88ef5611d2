/**
 * A guard denies the request.
 */
export const accessErrorCodes = [
  /**
   * The request is anonymous. The status is 302 or 303 if the response redirects to the sign-in.
   * @status 401, 302, 303
   * @remedy Sign in. For API clients: send a session cookie or a bearer token, whichever the route accepts.
   */
  'not_authenticated',
  /**
   * The last sign-in is older than `@RequireRecentSignIn` or `@RequireAuthentication` allows. The message says if the clocks
   * differ.
   * @status 401, 302, 303
   * @remedy Sign in again: `/logto/sign-in?max_age=…`, with the `max_age` of the response. Synchronize the clocks with NTP.
   */
  'recent_sign_in_required',
  /**
   * The user has not signed in as `@RequireMfa`, `@RequireAuthentication` or `acrValues` requires, for example with a second
   * factor. A guard responds with 401, or redirects to a sign-in that requires it. If the sign-in comes back without it, the
   * status is 403.
   * @status 401, 302, 303, 403
   * @remedy Sign in again: `/logto/sign-in?acr_values=…`, with the `acr_values` and `max_age` of the response. After a 403:
   * the user has to set up a second factor in Logto. `acr_values` needs Logto 1.46. See
   * [Step-up authentication](docs/how-to/step-up.md).
   */
  'insufficient_authentication',
  /**
   * `@RequireMfa`, `@RequireAuthentication` and `@RequireRecentSignIn` check how a user has signed in, and a token from
   * client credentials has no user.
   * @status 403
   * @remedy Send the token of a user, or use `@RequireScopes` on routes for machines.
   */
  'user_required',
  /**
   * The user lacks a role that `@RequireRoles` requires.
   * @status 403
   * @remedy Assign the role to the user in Logto Console.
   */
  'insufficient_role',
  /**
   * The user lacks an organization role that `@RequireOrganizationRoles` requires.
   * @status 403
   * @remedy Assign the organization role to the member in Logto Console.
   */
  'insufficient_organization_role',
  /**
   * The request names no organization, or one that the user is not a member of.
   * @status 403
   * @remedy Send the ID of one of the user's organizations, in the parameter or header that `@RequireOrganization` reads.
   */
  'organization_required',
  /**
   * The bearer token is for an organization that the route does not name.
   * @status 403
   * @remedy Bind the route to the organization with `@RequireOrganization`, or send a token for the right organization.
   */
  'organization_mismatch',
  /**
   * Roles are required, and the access token has no `roles` claim.
   * @status 403
   * @remedy Add the claim with custom token claims in Logto Console, or require scopes instead of roles.
   */
  'roles_not_in_token',
  /**
   * The decorators of the route contradict each other, or one is missing.
   * @status 500
   * @remedy The message says what to change.
   */
  'requirement_incomplete',
  /**
   * Roles are required, but the scope for them was not requested.
   * @status 500
   * @remedy Add `roles` to `scopes`. Users who are already signed in have to sign in again.
   */
  'missing_scope_roles',
  /**
   * Organizations are required, but the scope for them was not requested.
   * @status 500
   * @remedy Add `urn:logto:scope:organizations` to `scopes`. Users who are already signed in have to sign in again.
   */
  'missing_scope_organizations',
  /**
   * Roles in an organization are required, but the scope for them was not requested.
   * @status 500
   * @remedy Add `urn:logto:scope:organization_roles` to `scopes`. Users who are already signed in have to sign in again.
   */
  'missing_scope_organization_roles',
] as const;
