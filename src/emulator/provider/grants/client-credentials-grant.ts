import type { KoaContextWithOIDC } from 'oidc-provider';

import { accessDenied, invalidTarget } from './grant-errors.js';
import type { GrantEnvironment } from './grant-environment.js';
import { organizationServer, resourceServer, type TokenHolder } from './resource-servers.js';
import { parameters, requireClient } from './token-request.js';

/** The client credentials grant as Logto implements it: for a resource, for an organization, or for both. */
export function clientCredentialsGrant(environment: GrantEnvironment) {
  const { errors, tenant } = environment;

  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    const client = requireClient(ctx, environment);
    const application = tenant.applications.get(client.clientId);
    if (!application) {
      throw new errors.InvalidClient('client must be available');
    }
    const { organization_id: organizationId, scope } = parameters(ctx);
    const available = organizationId && tenant.permissions.inOrganization(application, organizationId);
    if (organizationId && !available) {
      throw accessDenied(environment, 'app has not associated with the organization');
    }
    const server = requestedServer(ctx, environment, { application }, organizationId);
    const scopes = [...new Set(scope?.split(' '))];
    const token = new ctx.oidc.provider.ClientCredentials({
      client,
      scope: scopes.join(' '),
    });
    if (server) {
      token.resourceServer = server;
      token.scope = scopes.filter((name) => server.scopes.has(name)).join(' ') || undefined;
    } else if (organizationId && available) {
      token.resourceServer = organizationServer(ctx, environment, organizationId, available);
      token.scope = available.filter((name) => scopes.includes(name)).join(' ');
    } else {
      throw invalidTarget(environment, 'both `resource` and `organization_id` are not provided');
    }

    ctx.oidc.entity('ClientCredentials', token);
    ctx.body = {
      access_token: await token.save(),
      expires_in: token.expiration,
      token_type: token.tokenType,
      scope: token.scope,
    };
  };
}

/** The one resource that the request names, possibly more than once. */
function requestedServer(
  ctx: KoaContextWithOIDC,
  environment: GrantEnvironment,
  holder: TokenHolder,
  organizationId: string | undefined,
) {
  const named = ctx.oidc.params?.['resource'] as string | string[] | undefined;
  const resources = named ? [...new Set([named].flat())] : [];
  const [server, ...others] = resources.map((resource) => {
    if (!URL.canParse(resource)) {
      throw invalidTarget(environment, 'resource indicator must be an absolute URI');
    }
    return resourceServer(ctx, environment, resource, holder, organizationId);
  });
  if (others.length > 0) {
    throw invalidTarget(
      environment,
      'only a single resource indicator value is supported for this grant type',
    );
  }
  return server;
}
