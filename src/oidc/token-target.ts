import { withoutUndefined } from '../options/without-undefined.js';

/** What an access token of a user is issued for. */
export interface TokenTarget {
  /** The indicator of an API resource, one of the options' `resources`. Default: none, the token is for userinfo. */
  readonly resource?: string | undefined;
  /** The ID of one of the user's organizations. Default: none. */
  readonly organizationId?: string | undefined;
}

/** The parameters of a token request for a target, with the scopes to request, separated by spaces. */
export function targetParameters(
  { resource, organizationId }: TokenTarget,
  scope?: string,
): Record<string, string> {
  return withoutUndefined({ resource, organization_id: organizationId, scope }) as Record<string, string>;
}
