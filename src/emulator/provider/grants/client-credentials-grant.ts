import type { KoaContextWithOIDC, ResourceServerInstance } from 'oidc-provider';

import type { GrantEnvironment } from './grant-environment.js';
import type { TokenHolder } from './resource-server-info.js';
import { TokenRequest } from './token-request.js';

/** The client credentials grant as Logto implements it: for a resource, for an organization, or for both. */
export function clientCredentialsGrant(environment: GrantEnvironment) {
  const { errors, tenant } = environment;

  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    const request = new TokenRequest(ctx, environment);
    const { client, organizationId, parameters } = request;
    const application = tenant.applications.get(client.clientId);
    if (!application) throw new errors.InvalidClient('client must be available');
    const available = organizationId && tenant.permissions.inOrganization(application, organizationId);
    if (organizationId && !available) {
      throw request.accessDenied('app has not associated with the organization');
    }
    const server = requestedServer(request, { application });
    const scopes = [...new Set(parameters['scope']?.split(' '))];
    const token = new ctx.oidc.provider.ClientCredentials({ client, scope: scopes.join(' ') });
    if (server) {
      token.resourceServer = server;
      token.scope = scopes.filter((name) => server.scopes.has(name)).join(' ') || undefined;
    } else if (organizationId && available) {
      token.resourceServer = request.organizationServer(organizationId, available);
      token.scope = available.filter((name) => scopes.includes(name)).join(' ');
    } else {
      throw request.invalidTarget('both `resource` and `organization_id` are not provided');
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
function requestedServer(request: TokenRequest, holder: TokenHolder): ResourceServerInstance | undefined {
  const [server, ...others] = [...new Set(request.resources)].map((resource) => {
    if (!URL.canParse(resource)) throw request.invalidTarget('resource indicator must be an absolute URI');
    return request.resourceServer(resource, holder);
  });
  if (others.length > 0) {
    throw request.invalidTarget('only a single resource indicator value is supported for this grant type');
  }
  return server;
}
