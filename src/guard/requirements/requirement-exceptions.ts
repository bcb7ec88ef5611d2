import type { LogtoErrorCode } from '../../logto.error-codes.js';
import { LogtoException } from '../../logto.exceptions.js';
import type { Requirement } from './requirement.js';

type NamedRequirement = Extract<Requirement, { names: readonly string[] }>;

const codes: Record<NamedRequirement['kind'], LogtoErrorCode> = {
  scopes: 'insufficient_scope',
  organizationScopes: 'insufficient_scope',
  roles: 'insufficient_role',
  organizationRoles: 'insufficient_organization_role',
};

const things: Record<NamedRequirement['kind'], string> = {
  scopes: 'scope',
  organizationScopes: 'organization permission',
  roles: 'role',
  organizationRoles: 'organization role',
};

/** 403: names that a requirement asks for are not among those that the principal has. */
export function insufficient(requirement: NamedRequirement, present: readonly string[]): LogtoException {
  const missing = requirement.names.filter((name) => !present.includes(name));
  return new LogtoException(codes[requirement.kind], `This needs ${named(requirement, missing)}.`, {
    status: 403,
    // As RFC 6750 writes scopes; the name of a role may have spaces.
    extensions: isOfRoles(requirement)
      ? { roles: requirement.names }
      : { scope: requirement.names.join(' ') },
  });
}

function named({ kind, mode }: NamedRequirement, names: readonly string[]): string {
  const list = names.map((name) => `"${name}"`);
  if (mode === 'any') return `the ${things[kind]} ${list.join(' or ')}`;
  return `the ${things[kind]}${list.length > 1 ? 's' : ''} ${list.join(' and ')}`;
}

function isOfRoles({ kind }: NamedRequirement): boolean {
  return kind === 'roles' || kind === 'organizationRoles';
}

/** 403: the token says nothing of roles, which is not the same as having none. */
export function rolesNotInToken(requirement: NamedRequirement): LogtoException {
  const publicMessage = `This needs ${named(requirement, requirement.names)}, and the access token says nothing of roles.`;
  return new LogtoException(
    'roles_not_in_token',
    `${publicMessage} Add them with custom token claims in Logto Console, or require scopes instead.`,
    { status: 403, publicMessage },
  );
}

/** 403: no organization is named, or it is none of the subject's. */
export function organizationRequired(): LogtoException {
  return new LogtoException(
    'organization_required',
    'This is for members of the organization it belongs to.',
    {
      status: 403,
    },
  );
}

/** 403: the token belongs to an organization that this request has nothing to do with. */
export function organizationMismatch(): LogtoException {
  const publicMessage =
    'The token is bound to an organization, and this request is not bound to the same one.';
  return new LogtoException(
    'organization_mismatch',
    `${publicMessage} Bind it by @RequireOrganization(), or name the organization's audience in \`api.audience\`.`,
    { status: 403, publicMessage },
  );
}

/** 500: decorators that do not make sense together. */
export function requirementIncomplete(message: string): LogtoException {
  return new LogtoException('requirement_incomplete', message);
}
