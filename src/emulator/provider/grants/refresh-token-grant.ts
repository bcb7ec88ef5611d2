import type { Client, Grant, KoaContextWithOIDC, RefreshToken } from 'oidc-provider';

import {
  assertMembership,
  invalidTarget,
  namesResource,
  organizationAudience,
  parameters,
  requestedResource,
  requireParameter,
  resourceServer,
  resourceServerFor,
  type GrantEnvironment,
} from './grant-context.js';

const organizationsScope = 'urn:logto:scope:organizations';

/** Whether this use of the refresh token brings a new one. */
export type RotationPolicy = (ctx: KoaContextWithOIDC, token: RefreshToken) => boolean;

/**
 * The refresh token grant as Logto has it: beside a resource it takes an `organization_id`, for a
 * token of the organization or, with a resource, for a resource token within the organization.
 */
export function refreshTokenGrant(environment: GrantEnvironment, shouldRotate: RotationPolicy) {
  const { errors, tenant, store } = environment;

  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    requireParameter(ctx, environment, 'refresh_token');
    const { client, provider } = ctx.oidc;
    const given = parameters(ctx);
    const organizationId = given['organization_id'];
    if (!client) {
      throw new errors.InvalidClient('client must be available');
    }

    const found = await provider.RefreshToken.find(given['refresh_token'] ?? '', { ignoreExpiration: true });
    if (!found || found.clientId !== client.clientId || found.isExpired) {
      throw new errors.InvalidGrant('refresh token is unknown, expired or of another application');
    }
    if (organizationId && !found.scopes.has(organizationsScope)) {
      throw new errors.InsufficientScope('refresh token missing required scope', organizationsScope);
    }
    const grant = await provider.Grant.find(found.grantId ?? '', { ignoreExpiration: true });
    if (!grant || grant.isExpired || grant.clientId !== client.clientId) {
      throw new errors.InvalidGrant('grant not found');
    }
    const missing = [...(given['scope'] ? ctx.oidc.requestParamScopes : [])].filter(
      (scope) => !found.scopes.has(scope),
    );
    if (missing.length > 0) {
      throw new errors.InvalidScope(
        `refresh token missing requested scope${missing.length > 1 ? 's' : ''}`,
        missing.join(' '),
      );
    }
    ctx.oidc.entity('RefreshToken', found);
    ctx.oidc.entity('Grant', grant);

    const user = tenant.users.get(found.accountId);
    if (!user || user.isSuspended || found.accountId !== grant.accountId) {
      throw new errors.InvalidGrant('user not found');
    }
    const account = environment.account(user);
    ctx.oidc.entity('Account', account);

    if (found.consumed) {
      store.deleteGrant(grant.jti);
      throw new errors.InvalidGrant('refresh token already used');
    }
    if (organizationId) {
      assertMembership(ctx, environment, account, organizationId);
    }

    // Before the resource is looked at, as at Logto: a request for a wrong one uses the token up.
    let refreshToken = found;
    let refreshTokenValue = given['refresh_token'];
    if (shouldRotate(ctx, found)) {
      await found.consume();
      ctx.oidc.entity('RotatedRefreshToken', found);
      refreshToken = successor(ctx, found, client);
      ctx.oidc.entity('RefreshToken', refreshToken);
      refreshTokenValue = await refreshToken.save();
    }

    const scope = given['scope'] ? ctx.oidc.requestParamScopes : found.scopes;
    const resource =
      requestedResource(ctx) ??
      // Without `openid` the token would be good for nothing at userinfo: the provider falls back to the resource.
      (namesResource(ctx) || organizationId || scope.has('openid') ? undefined : onlyResource(found));
    if (resource !== undefined && !found.resourceIndicators.has(resource)) {
      throw invalidTarget(environment);
    }

    const accessToken = new provider.AccessToken({
      accountId: account.accountId,
      client,
      expiresWithSession: refreshToken.expiresWithSession ?? false,
      grantId: grant.jti,
      gty: 'refresh_token',
      ...(refreshToken.sessionUid && { sessionUid: refreshToken.sessionUid }),
      ...(refreshToken.sid && { sid: refreshToken.sid }),
      scope: '',
    });

    if (resource !== undefined) {
      const server = new provider.ResourceServer(
        resource,
        resourceServerFor(environment, resource, { user }, organizationId),
      );
      accessToken.resourceServer = server;
      accessToken.scope = grant.getResourceScopeFiltered(
        resource,
        [...scope].filter((name) => server.scopes.has(name)),
      );
    } else if (organizationId && !namesResource(ctx)) {
      const available = tenant.permissions.inOrganization(user, organizationId) ?? [];
      const audience = organizationAudience(organizationId);
      accessToken.resourceServer = new provider.ResourceServer(
        audience,
        resourceServer(environment, audience, available, environment.accessTokenTtl),
      );
      accessToken.scope = available.filter((name) => scope.has(name)).join(' ');
    } else {
      if (refreshToken.claims) {
        accessToken.claims = refreshToken.claims;
      }
      accessToken.scope = grant.getOIDCScopeFiltered(scope);
    }
    ctx.oidc.entity('AccessToken', accessToken);

    ctx.body = {
      access_token: await accessToken.save(),
      expires_in: accessToken.expiration,
      id_token: scope.has('openid') ? await idToken(ctx, refreshToken, grant, scope) : undefined,
      refresh_token: refreshTokenValue,
      scope: accessToken.scope,
      token_type: accessToken.tokenType,
    };
  };
}

/** The resource of a refresh token that was given for exactly one. */
function onlyResource({ resource }: RefreshToken): string | undefined {
  return Array.isArray(resource) ? undefined : resource;
}

/** The refresh token that takes the place of `token`: the same but for its id and its times. */
function successor(ctx: KoaContextWithOIDC, token: RefreshToken, client: Client): RefreshToken {
  const { accountId, authTime, claims, expiresWithSession, iiat, nonce, resource, sessionUid, sid } = token;
  return new ctx.oidc.provider.RefreshToken({
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
}

async function idToken(
  ctx: KoaContextWithOIDC,
  token: RefreshToken,
  grant: Grant,
  scope: Set<string>,
): Promise<string> {
  const { account, provider } = ctx.oidc;
  const granted = grant.getOIDCScopeFiltered(scope);
  // `auth_time` is in the mask when the sign-in asked for it, and then every ID token has it.
  const mask = token.claims?.id_token ?? {};
  const claims = await account?.claims('id_token', granted, mask, []);
  const issued = Object.assign(new provider.IdToken({ ...claims, auth_time: token.authTime }, { ctx }), {
    scope: granted,
    mask,
    rejected: [],
  });
  issued.set('nonce', token.nonce);
  issued.set('sid', token.sid);
  return issued.issue({ use: 'idtoken' });
}
