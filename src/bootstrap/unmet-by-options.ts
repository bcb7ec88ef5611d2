import type { Type } from '@nestjs/common';
import type { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { UserScope } from '../options/logto-constants.js';
import type { Method } from '../nest/methods-of.js';
import { withLogtoOf, type Credential } from '../user/with-logto.decorator.js';
import { accessPolicyOf } from '../guard/access-policy.js';
import { hasLogtoGuard } from '../guard/guard-metadata.js';
import { LogtoApiGuard } from '../guard/logto-api.guard.js';
import type { Requirement } from '../guard/requirements/requirement.js';

/** The scope without which Logto does not tell what a requirement is decided by. */
const neededScope: Partial<Record<Requirement['kind'], string>> = {
  roles: UserScope.Roles,
  organization: UserScope.Organizations,
  organizationRoles: UserScope.OrganizationRoles,
  organizationScopes: UserScope.Organizations,
};

/** What a guarded route asks for and the module's options leave it without, each as a sentence about the route. */
export function unmetByOptions(
  options: Pick<ResolvedLogtoOptions, 'api' | 'client' | 'scopes'>,
  type: Type,
  method: Method,
): string[] {
  const accept = acceptedBy(type, method);
  const { access, requirements } = accessPolicyOf(type, method);
  if (!accept || access === 'public') return [];
  if (accept.includes('bearer') && !options.api)
    return ['takes bearer tokens, and the options have no `api: { audience }`: no token passes.'];
  if (!accept.includes('session')) return [];
  if (!options.client) {
    return accept.includes('bearer')
      ? []
      : [
          'is for people who have signed in, and the options sign nobody in: nobody passes. Use LogtoApiGuard, or give ' +
            '`appId`, `baseUrl` and a session.',
        ];
  }
  const missing = new Set(requirements.flatMap(({ kind }) => neededScope[kind] ?? []));
  return [...missing]
    .filter((scope) => !options.scopes.includes(scope))
    .map((scope) => `requires what Logto tells only for the scope "${scope}". Add it to \`scopes\`.`);
}

/** How a guarded handler's visitors say who they are; `undefined` where no guard of this library stands. */
function acceptedBy(type: Type, method: Method): readonly Credential[] | undefined {
  if (Reflect.getMetadataKeys(method).length === 0) return undefined;
  const { accept } = withLogtoOf(type, method);
  if (accept) return accept;
  if (hasLogtoGuard(method, LogtoApiGuard) || hasLogtoGuard(type, LogtoApiGuard)) return ['bearer'];
  return hasLogtoGuard(method) || hasLogtoGuard(type) ? ['session'] : undefined;
}
