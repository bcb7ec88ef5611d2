/** What to add to the user context of a request, besides the claims. */
export interface GetContextParameters {
  /** Add `userInfo`, the response of the userinfo endpoint. Default: `false`. */
  fetchUserInfo?: boolean;
  /** Add an access token and its scopes. Default: `false`. */
  getAccessToken?: boolean;
  /** The API resource that the access token is for. Default: none: the token is for userinfo. */
  resource?: string;
  /** The organization that the access token is for. Default: none. */
  organizationId?: string;
  /** Add an organization token for each of the user's organizations. Default: `false`. */
  getOrganizationToken?: boolean;
}
