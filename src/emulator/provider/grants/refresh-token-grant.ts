import type { AccessToken, KoaContextWithOIDC, RefreshToken } from 'oidc-provider';

import type { GrantEnvironment } from './grant-environment.js';
import { issueIdToken } from './issue-id-token.js';
import { TokenRequest } from './token-request.js';
import { verifyRefreshToken, type VerifiedRefreshToken } from './verify-refresh-token.js';

/** Whether this use of the refresh token rotates it. */
export type RotationPolicy = (ctx: KoaContextWithOIDC, token: RefreshToken) => boolean;

/**
 * The refresh token grant as Logto implements it: besides a resource it accepts an `organization_id`, for an
 * organization token or, with a resource, for a resource token within the organization.
 */
export function refreshTokenGrant(environment: GrantEnvironment, shouldRotate: RotationPolicy) {
  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    const request = new TokenRequest(ctx, environment, 'refresh_token');
    const verified = await verifyRefreshToken(request);

    // Logto checks the resource only after the rotation: a request for a wrong resource uses up the token.
    let refreshToken = verified.token;
    let refreshTokenValue = request.parameters['refresh_token'];
    if (shouldRotate(ctx, refreshToken)) {
      refreshToken = await rotate(request, refreshToken);
      refreshTokenValue = await refreshToken.save();
    }

    const scopes = request.parameters['scope'] ? ctx.oidc.requestParamScopes : verified.token.scopes;
    const accessToken = new ctx.oidc.provider.AccessToken({
      accountId: refreshToken.accountId,
      client: request.client,
      expiresWithSession: refreshToken.expiresWithSession ?? false,
      grantId: verified.grant.jti,
      gty: 'refresh_token',
      ...(refreshToken.sessionUid && { sessionUid: refreshToken.sessionUid }),
      ...(refreshToken.sid && { sid: refreshToken.sid }),
      scope: '',
    });
    grantScopes(request, accessToken, verified, scopes);
    ctx.oidc.entity('AccessToken', accessToken);
    ctx.body = {
      access_token: await accessToken.save(),
      expires_in: accessToken.expiration,
      id_token: scopes.has('openid')
        ? await issueIdToken(ctx, refreshToken, verified.grant, scopes)
        : undefined,
      refresh_token: refreshTokenValue,
      scope: accessToken.scope,
      token_type: accessToken.tokenType,
    };
  };
}

/** Uses up a refresh token. @returns its successor, with a new id and new times */
async function rotate({ ctx, client }: TokenRequest, token: RefreshToken): Promise<RefreshToken> {
  await token.consume();
  ctx.oidc.entity('RotatedRefreshToken', token);
  const { accountId, acr, amr, authTime, claims, expiresWithSession, iiat, nonce, resource } = token;
  const successor = new ctx.oidc.provider.RefreshToken({
    accountId,
    acr,
    amr,
    authTime,
    claims,
    client,
    expiresWithSession,
    grantId: token.grantId ?? '',
    gty: 'authorization_code refresh_token',
    iiat,
    nonce,
    resource,
    rotations: (token.rotations ?? 0) + 1,
    scope: token.scope ?? '',
    sessionUid: token.sessionUid,
    sid: token.sid,
  });
  ctx.oidc.entity('RefreshToken', successor);
  return successor;
}

/** Gives the access token its audience and scopes: those of a resource, of an organization or of userinfo. */
function grantScopes(
  request: TokenRequest,
  accessToken: AccessToken,
  { token, grant, user }: VerifiedRefreshToken,
  scopes: Set<string>,
): void {
  const { organizationId } = request;
  const { errors, tenant } = request.environment;
  const hasTarget = request.resources.length > 0 || Boolean(organizationId);
  // Without `openid` the token would be useless at userinfo: the provider falls back to the resource.
  const fallback = hasTarget || scopes.has('openid') ? undefined : onlyResource(token);
  const resource = request.resource ?? fallback;
  if (resource !== undefined) {
    if (!token.resourceIndicators.has(resource)) throw new errors.InvalidTarget();
    const server = request.resourceServer(resource, { user });
    const available = [...scopes].filter((name) => server.scopes.has(name));
    accessToken.resourceServer = server;
    accessToken.scope = grant.getResourceScopeFiltered(resource, available);
  } else if (organizationId && request.resources.length === 0) {
    const available = tenant.permissions.inOrganization(user, organizationId) ?? [];
    accessToken.resourceServer = request.organizationServer(organizationId, available);
    accessToken.scope = available.filter((name) => scopes.has(name)).join(' ');
  } else {
    if (token.claims) accessToken.claims = token.claims;
    accessToken.scope = grant.getOIDCScopeFiltered(scopes);
  }
}

/** The resource of a refresh token that was issued for exactly one. */
function onlyResource({ resource }: RefreshToken): string | undefined {
  return Array.isArray(resource) ? undefined : resource;
}
