import type { Type } from '@nestjs/common';
import type { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { UserScope } from '../options/logto-constants.js';
import type { Method } from '../nest/decorated-methods-of.js';
import type { Credential } from '../options/credential.js';
import { withLogtoOf } from '../user/with-logto.decorator.js';
import { hasLogtoGuard } from '../guard/policy/guard-metadata.js';
import { LogtoApiGuard } from '../guard/logto-api.guard.js';
import type { Requirement } from '../guard/requirements/requirement.js';
import type { AppHandler } from './app-handler.js';

/** The scope that Logto needs to send the claims of a requirement. */
const neededScope: Partial<Record<Requirement['kind'], string>> = {
  roles: UserScope.Roles,
  organization: UserScope.Organizations,
  organizationRoles: UserScope.OrganizationRoles,
  organizationScopes: UserScope.Organizations,
};

type GuardOptions = Pick<ResolvedLogtoOptions, 'api' | 'client' | 'scopes'>;

/** Why nobody can pass the guards of a handler. Each reason continues a sentence after the handler's name. */
export function impossibleRequirements(options: GuardOptions, handler: AppHandler): string[] {
  const { requirements } = handler.policy;
  const needsOrganization = requirements.some(
    ({ kind }) => kind === 'organizationRoles' || kind === 'organizationScopes',
  );
  const namesNone = needsOrganization && !requirements.some(({ kind }) => kind === 'organization');
  const unbound =
    'requires roles or permissions in an organization, but names none, so nobody gets access. Add ' +
    '@RequireOrganization({ param: "orgId" }).';
  return [...(namesNone ? [unbound] : []), ...impossibleWithOptions(options, handler)];
}

/** Why nobody can pass with these options. */
function impossibleWithOptions(options: GuardOptions, { type, method, policy }: AppHandler): string[] {
  const credentials = credentialsOf(type, method);
  const { access, requirements, authentication } = policy;
  if (!credentials || access === 'public') return [];
  if (authentication && authentication.acrs.length > 1)
    return [
      `requires the authentication contexts "${authentication.acrs.join('" and "')}", and a sign-in has only one, so ` +
        'nobody gets access. Keep one of them.',
    ];
  if (credentials.includes('bearer') && !options.api)
    return ['accepts bearer tokens, but the options have no `api: { audience }`, so it rejects every token.'];
  if (!credentials.includes('session')) return [];
  if (!options.client) {
    return credentials.includes('bearer')
      ? []
      : [
          'is for signed-in users, but the options allow no sign-in, so nobody gets access. Use LogtoApiGuard, ' +
            'or give `appId`, `baseUrl` and a session.',
        ];
  }
  const missing = new Set(requirements.flatMap(({ kind }) => neededScope[kind] ?? []));
  return [...missing]
    .filter((scope) => !options.scopes.includes(scope))
    .map((scope) => `requires claims that Logto only sends for the scope "${scope}". Add it to \`scopes\`.`);
}

/** What the guards of a handler accept. `undefined` if it has no guard of this library. */
function credentialsOf(type: Type, method: Method): readonly Credential[] | undefined {
  const { accept } = withLogtoOf(type, method);
  if (accept) return accept;
  if (hasLogtoGuard(method, LogtoApiGuard) || hasLogtoGuard(type, LogtoApiGuard)) return ['bearer'];
  return hasLogtoGuard(method) || hasLogtoGuard(type) ? ['session'] : undefined;
}
