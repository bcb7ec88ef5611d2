import type { AccessToken, Client, KoaContextWithOIDC, RefreshToken } from 'oidc-provider';

import { invalidTarget } from './grant-errors.js';
import type { GrantEnvironment } from './grant-environment.js';
import { issueIdToken } from './issue-id-token.js';
import { organizationServer, resourceServer } from './resource-servers.js';
import {
  namesResource,
  parameters,
  requestedResource,
  requireClient,
  requireParameters,
} from './token-request.js';
import { verifyRefreshToken, type VerifiedRefreshToken } from './verify-refresh-token.js';

/** Whether this use of the refresh token rotates it. */
export type RotationPolicy = (ctx: KoaContextWithOIDC, token: RefreshToken) => boolean;

/**
 * The refresh token grant as Logto implements it: beside a resource it takes an `organization_id`, for an
 * organization token or, with a resource, for a resource token within the organization.
 */
export function refreshTokenGrant(environment: GrantEnvironment, shouldRotate: RotationPolicy) {
  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    requireParameters(ctx, environment, 'refresh_token');
    const client = requireClient(ctx, environment);
    const verified = await verifyRefreshToken(ctx, environment);
    const given = parameters(ctx);

    // Logto checks the resource only after the rotation: a request for a wrong resource uses up the token.
    let refreshToken = verified.token;
    let refreshTokenValue = given['refresh_token'];
    if (shouldRotate(ctx, refreshToken)) {
      refreshToken = await rotate(ctx, refreshToken, client);
      refreshTokenValue = await refreshToken.save();
    }

    const scopes = given['scope'] ? ctx.oidc.requestParamScopes : verified.token.scopes;
    const accessToken = newAccessToken(ctx, refreshToken, client);
    grantScopes(ctx, environment, accessToken, verified, scopes);
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
async function rotate(ctx: KoaContextWithOIDC, token: RefreshToken, client: Client): Promise<RefreshToken> {
  await token.consume();
  ctx.oidc.entity('RotatedRefreshToken', token);
  const { accountId, authTime, claims, expiresWithSession, iiat, nonce, resource, sessionUid, sid } = token;
  const successor = new ctx.oidc.provider.RefreshToken({
    accountId,
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
    sessionUid,
    sid,
  });
  ctx.oidc.entity('RefreshToken', successor);
  return successor;
}

function newAccessToken(ctx: KoaContextWithOIDC, token: RefreshToken, client: Client): AccessToken {
  return new ctx.oidc.provider.AccessToken({
    accountId: token.accountId,
    client,
    expiresWithSession: token.expiresWithSession ?? false,
    grantId: token.grantId ?? '',
    gty: 'refresh_token',
    ...(token.sessionUid && { sessionUid: token.sessionUid }),
    ...(token.sid && { sid: token.sid }),
    scope: '',
  });
}

/** Gives the access token its audience and scopes: those of a resource, of an organization or of userinfo. */
function grantScopes(
  ctx: KoaContextWithOIDC,
  environment: GrantEnvironment,
  accessToken: AccessToken,
  { token, grant, user }: VerifiedRefreshToken,
  scopes: Set<string>,
): void {
  const { organization_id: organizationId } = parameters(ctx);
  const resource =
    requestedResource(ctx) ??
    // Without `openid` the token would be useless at userinfo: the provider falls back to the resource.
    (namesResource(ctx) || organizationId || scopes.has('openid') ? undefined : onlyResource(token));
  if (resource !== undefined) {
    if (!token.resourceIndicators.has(resource)) {
      throw invalidTarget(environment);
    }
    const server = resourceServer(ctx, environment, resource, { user }, organizationId);
    accessToken.resourceServer = server;
    accessToken.scope = grant.getResourceScopeFiltered(
      resource,
      [...scopes].filter((name) => server.scopes.has(name)),
    );
  } else if (organizationId && !namesResource(ctx)) {
    const available = environment.tenant.permissions.inOrganization(user, organizationId) ?? [];
    accessToken.resourceServer = organizationServer(ctx, environment, organizationId, available);
    accessToken.scope = available.filter((name) => scopes.has(name)).join(' ');
  } else {
    if (token.claims) {
      accessToken.claims = token.claims;
    }
    accessToken.scope = grant.getOIDCScopeFiltered(scopes);
  }
}

/** The resource of a refresh token that was issued for exactly one. */
function onlyResource({ resource }: RefreshToken): string | undefined {
  return Array.isArray(resource) ? undefined : resource;
}
