import type { TokenTarget } from '../../oidc/token-target.js';
import { buildOrganizationUrn } from '../../options/logto-constants.js';
import { withoutUndefined } from '../../options/without-undefined.js';
import type { TestSignIn } from '../logto-test-user.js';

/** The claims of an access token that say what it is for. */
export function targetClaims(
  { resource, organizationId }: TokenTarget,
  scopes: readonly string[],
): Record<string, unknown> {
  return withoutUndefined({
    aud: resource ?? buildOrganizationUrn(organizationId ?? ''),
    organization_id: resource === undefined ? undefined : organizationId,
    scope: scopes.length > 0 ? scopes.join(' ') : undefined,
  });
}

/** The claims of an access token that say how its user has signed in. */
export function authenticationContext({ user, signedInAgo }: TestSignIn): Record<string, unknown> {
  const { acr, amr } = user;
  const signedInAt = signedInAgo === undefined ? undefined : Math.floor(Date.now() / 1000) - signedInAgo;
  return withoutUndefined({ acr, amr, auth_time: user.auth_time ?? signedInAt });
}
