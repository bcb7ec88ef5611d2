import type { AccessPolicy } from '../guard/policy/access-policy.js';
import type { GuardedRoute } from '../guard/guarded-route.js';
import type { Credential } from '../options/credential.js';

/** Names of the security schemes. */
export type SecurityScheme = 'openIdConnect' | 'bearer' | 'cookie';

/** The schemes that a request has to use together, each with its scopes. */
export type SecurityRequirement = Partial<Record<SecurityScheme, string[]>>;

/** The security requirements of a route, one of which is enough. */
export function securityRequirementsOf({ accepted, policy }: GuardedRoute): SecurityRequirement[] {
  const scopes = scopeChoices(policy);
  const ofGuards = accepted.map((credentials) =>
    credentials.flatMap((credential) => requirementsFor(credential, scopes)),
  );
  const combined = combine(ofGuards, (one, other): SecurityRequirement => ({ ...one, ...other }), {});
  const unique = new Map(combined.map((one) => [JSON.stringify(one), one]));
  return [...unique.values(), ...(policy.access === 'optional' ? [{}] : [])];
}

/** The requirements for a credential. Only `openIdConnect` has scopes: OpenAPI 3.0 allows none for the other schemes. */
function requirementsFor(credential: Credential, scopes: readonly string[][]): SecurityRequirement[] {
  return credential === 'session'
    ? [{ cookie: [] }]
    : [...scopes.map((names) => ({ openIdConnect: names })), { bearer: [] }];
}

/** The sets of scopes, one of which a token needs: several with `mode: 'any'`. */
function scopeChoices({ requirements }: AccessPolicy): string[][] {
  const choices = requirements.flatMap((requirement) => {
    if (requirement.kind !== 'scopes' && requirement.kind !== 'organizationScopes') return [];
    const { names, mode } = requirement;
    return [mode === 'any' ? names.map((name) => [name]) : [[...names]]];
  });
  return combine(choices, (names, more) => [...new Set([...names, ...more])], []);
}

/** Every combination of one choice from each list. */
function combine<T>(lists: readonly (readonly T[])[], join: (one: T, other: T) => T, start: T): T[] {
  return lists.reduce<T[]>(
    (combined, list) => combined.flatMap((one) => list.map((other) => join(one, other))),
    [start],
  );
}
