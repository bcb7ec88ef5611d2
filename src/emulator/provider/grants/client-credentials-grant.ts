import type { KoaContextWithOIDC } from 'oidc-provider';

import {
  accessDenied,
  invalidTarget,
  organizationAudience,
  parameters,
  resourceServer,
  resourceServerFor,
  type GrantEnvironment,
} from './grant-context.js';

/** The resources that the request names; one that is named twice counts once. */
function requestedResources(ctx: KoaContextWithOIDC): string[] {
  const resource = ctx.oidc.params?.['resource'] as string | string[] | undefined;
  return resource ? [...new Set([resource].flat())] : [];
}

/** The client credentials grant as Logto has it: for a resource, for an organization, or for both. */
export function clientCredentialsGrant(environment: GrantEnvironment) {
  const { errors, tenant } = environment;

  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    const { client, provider } = ctx.oidc;
    const application = client && tenant.applications.get(client.clientId);
    if (!application) {
      throw new errors.InvalidClient('client must be available');
    }
    const given = parameters(ctx);
    const organizationId = given['organization_id'];
    const available = organizationId && tenant.permissions.inOrganization(application, organizationId);
    if (organizationId && !available) {
      throw accessDenied(environment, 'app has not associated with the organization');
    }
    const servers = requestedResources(ctx).map((resource) => {
      if (!URL.canParse(resource)) {
        throw invalidTarget(environment, 'resource indicator must be an absolute URI');
      }
      return new provider.ResourceServer(
        resource,
        resourceServerFor(environment, resource, { clientId: client.clientId }, organizationId),
      );
    });
    const [server, ...others] = servers;
    if (others.length > 0) {
      throw invalidTarget(
        environment,
        'only a single resource indicator value is supported for this grant type',
      );
    }
    const scopes = [...new Set(given['scope']?.split(' '))];
    const token = new provider.ClientCredentials({ client, scope: scopes.join(' ') });

    if (server) {
      token.resourceServer = server;
      token.scope = scopes.filter((name) => server.scopes.has(name)).join(' ') || undefined;
    } else if (organizationId && available) {
      const audience = organizationAudience(organizationId);
      token.resourceServer = new provider.ResourceServer(
        audience,
        resourceServer(environment, audience, available, environment.accessTokenTtl),
      );
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
