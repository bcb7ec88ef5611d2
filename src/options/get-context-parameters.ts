/** What the user context of a request should hold beyond the claims. */
export interface GetContextParameters {
  /** Ask the userinfo endpoint, and put its answer into `userInfo`. Default: `false`. */
  fetchUserInfo?: boolean;
  /** Put an access token and its scopes into the context. Default: `false`. */
  getAccessToken?: boolean;
  /** The API resource that the access token is for. Default: none, the token is for userinfo. */
  resource?: string;
  /** The organization that the access token is for. */
  organizationId?: string;
  /** Put an organization token for each of the user's organizations into the context. Default: `false`. */
  getOrganizationToken?: boolean;
}
