import type { LogtoErrorCode } from '../../logto.error-codes.js';
import { LogtoException } from '../../logto.exceptions.js';
import type { NamedRequirement } from './requirement.js';

const codes: Record<NamedRequirement['kind'], LogtoErrorCode> = {
  scopes: 'insufficient_scope',
  organizationScopes: 'insufficient_scope',
  roles: 'insufficient_role',
  organizationRoles: 'insufficient_organization_role',
};

const nouns: Record<NamedRequirement['kind'], string> = {
  scopes: 'scope',
  organizationScopes: 'organization permission',
  roles: 'role',
  organizationRoles: 'organization role',
};

/** 403: the user does not have the scopes or roles that a requirement names. */
export function insufficient(requirement: NamedRequirement, present: readonly string[]): LogtoException {
  const missing = requirement.names.filter((name) => !present.includes(name));
  return new LogtoException(
    codes[requirement.kind],
    `This request requires ${listOf(requirement, missing)}.`,
    {
      status: 403,
      // Scopes as in RFC 6750. The name of a role may contain spaces.
      problemExtensions: requiresRoles(requirement)
        ? { roles: requirement.names }
        : { scope: requirement.names.join(' ') },
    },
  );
}

/** What a requirement names, in words: `the scopes "a" and "b"`. */
export function listOf({ kind, mode }: NamedRequirement, names: readonly string[]): string {
  const list = names.map((name) => `"${name}"`);
  if (mode === 'any') return `the ${nouns[kind]} ${list.join(' or ')}`;
  return `the ${nouns[kind]}${list.length > 1 ? 's' : ''} ${list.join(' and ')}`;
}

function requiresRoles({ kind }: NamedRequirement): boolean {
  return kind === 'roles' || kind === 'organizationRoles';
}

/** 403: the token has no claim with roles, so it is unknown which the user has. */
export function rolesNotInToken(requirement: NamedRequirement): LogtoException {
  const publicMessage = `This request requires ${listOf(requirement, requirement.names)}, and the access token has no roles claim.`;
  return new LogtoException(
    'roles_not_in_token',
    `${publicMessage} Add them with custom token claims in Logto Console, or require scopes instead.`,
    { status: 403, publicMessage },
  );
}

/** 403: the request names no organization, or one that the user is not a member of. */
export function organizationRequired(): LogtoException {
  return new LogtoException(
    'organization_required',
    'The request specifies no organization, or you are not a member of it.',
    { status: 403 },
  );
}

/** 403: the token belongs to another organization than the request. */
export function organizationMismatch(): LogtoException {
  const publicMessage =
    'The token is bound to an organization, and this request is not bound to the same one.';
  return new LogtoException(
    'organization_mismatch',
    `${publicMessage} Bind it by @RequireOrganization(), or name the organization's audience in \`api.audience\`.`,
    { status: 403, publicMessage },
  );
}

/** 403: the route checks how the user signed in, and the token is from client credentials. */
export function userRequired(): LogtoException {
  return new LogtoException(
    'user_required',
    'This route checks how the user signed in (`acr`, `auth_time`), but the token is from client credentials and has no user.',
    { status: 403 },
  );
}

/** 500: no sign-in has two authentication contexts. */
export function contradictingAcrs(acrs: readonly string[]): LogtoException {
  return requirementIncomplete(
    `The route requires the authentication contexts "${acrs.join('" and "')}", and a sign-in has only one.`,
  );
}

/** 500: the decorators of a route lack something. */
export function requirementIncomplete(message: string): LogtoException {
  return new LogtoException('requirement_incomplete', message);
}
