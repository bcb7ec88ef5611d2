import { organizationUrnPrefix, ReservedResource } from '../../options/logto-constants.js';
import type { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';

/**
 * The resource whose scopes `@RequireScopes()` requires if it names none: the audience of `api` that a bearer token is for,
 * else the only `api.audience`, else the only one of `resources`.
 * @param tokenAudiences the audiences of the bearer token
 * @returns `undefined` if there is not exactly one
 */
export function defaultResource(
  options: Pick<ResolvedLogtoOptions, 'api' | 'resources'>,
  tokenAudiences: readonly string[] = [],
): string | undefined {
  const audiences = (options.api?.audiences ?? []).filter((one) => !one.startsWith(organizationUrnPrefix));
  const ofToken = audiences.find((audience) => tokenAudiences.includes(audience));
  if (ofToken !== undefined) return ofToken;
  const resources = options.resources.filter((one) => one !== ReservedResource.Organization);
  const [only, ...others] = audiences.length > 0 ? audiences : resources;
  return others.length === 0 ? only : undefined;
}
