import type { AccessPolicy } from '../guard/policy/access-policy.js';
import { defaultResource } from '../guard/requirements/default-resource.js';
import type { OrganizationSource } from '../guard/requirements/organization-source.js';
import { describeAuthentication } from '../guard/requirements/required-authentication.js';
import { listOf } from '../guard/requirements/requirement-exceptions.js';
import type { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';

/** The requirements of an operation that OpenAPI cannot express: its extension `x-logto`. */
export type RequirementsExtension = Record<string, unknown>;

/** @returns `undefined` without a requirement */
export function requirementsExtension(
  { requirements, authentication }: AccessPolicy,
  options: Pick<ResolvedLogtoOptions, 'api' | 'resources'>,
): RequirementsExtension | undefined {
  if (requirements.length === 0) return undefined;
  const extension: Record<string, unknown[] | number> = {};
  for (const requirement of requirements) {
    const { kind } = requirement;
    if (!('names' in requirement) && kind !== 'organization') continue;
    const list = (extension[kind] ??= []) as unknown[];
    if (kind === 'organization') list.push(sourceOf(requirement.from));
    else list.push({ [requirement.mode]: requirement.names, ...resourceOf(requirement, options) });
  }
  const { acrs = [], maxAge } = authentication ?? {};
  if (acrs.length > 0) extension.acr = [...acrs];
  if (maxAge !== undefined) extension.maxAge = maxAge;
  return extension;
}

/** The requirements in words; the empty string without any. */
export function requirementsText({ requirements, authentication }: AccessPolicy): string {
  const needs = requirements.flatMap((requirement) => {
    if ('names' in requirement) return [listOf(requirement, requirement.names)];
    return requirement.kind === 'organization' ? ['membership of the organization in the request'] : [];
  });
  if (authentication) needs.push(describeAuthentication(authentication));
  return needs.length === 0 ? '' : `Requires ${needs.join('; ')}.`;
}

function sourceOf(source: OrganizationSource): unknown {
  return typeof source === 'function' ? { function: source.name || 'anonymous' } : source;
}

function resourceOf(
  requirement: { kind: string; resource?: string | undefined },
  options: Pick<ResolvedLogtoOptions, 'api' | 'resources'>,
): { resource?: string } {
  if (requirement.kind !== 'scopes') return {};
  const resource = requirement.resource ?? defaultResource(options);
  return resource === undefined ? {} : { resource };
}
