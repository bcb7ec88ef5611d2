import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { defaultResource } from './default-resource.js';
import {
  contradictingAcrs,
  insufficient,
  organizationRequired,
  requirementIncomplete,
  rolesNotInToken,
  userRequired,
} from './requirement-exceptions.js';
import { boundOrganization } from './bound-organization.js';
import type { NamedRequirement, Requirement, RouteRequirements } from './requirement.js';
import type { Principal } from './principal.js';
import { stepUpReason, type StepUpReason } from './required-authentication.js';

/** Checks the requirements of a route. */
@Injectable()
export class RequirementCheck {
  constructor(private readonly options: ResolvedLogtoOptions) {}

  /**
   * Checks the requirements of a route.
   * @returns why step-up authentication is needed, if it is all that is missing
   * @throws LogtoException when anything else is missing
   */
  async check(
    request: Request,
    principal: Principal,
    route: RouteRequirements,
  ): Promise<StepUpReason | undefined> {
    const organizationId = boundOrganization(request, route.organizations);
    for (const requirement of route.requirements) {
      if (requirement.kind !== 'authentication')
        await this.checkRequirement(principal, requirement, organizationId);
    }
    const { authentication } = route;
    if (!authentication) return undefined;
    if (authentication.acrs.length > 1) throw contradictingAcrs(authentication.acrs);
    if (principal.isMachine) throw userRequired();
    return stepUpReason(principal, authentication, Date.now());
  }

  private async checkRequirement(
    principal: Principal,
    requirement: Exclude<Requirement, { kind: 'authentication' }>,
    organizationId: string | undefined,
  ): Promise<void> {
    switch (requirement.kind) {
      case 'organization':
        if (organizationId === undefined || !(await principal.isMemberOf(organizationId)))
          throw organizationRequired();
        return;
      case 'roles':
        return assertNames(requirement, await principal.roles());
      case 'organizationRoles':
        return assertNames(requirement, await principal.organizationRoles(requireBound(organizationId)));
      case 'organizationScopes':
        return assertNames(requirement, await principal.organizationScopes(requireBound(organizationId)));
      case 'scopes': {
        const resource = requirement.resource ?? this.defaultResource(principal);
        return assertNames(requirement, await principal.scopes(resource, organizationId));
      }
    }
  }

  private defaultResource(principal: Principal): string {
    const resource = defaultResource(this.options, principal.audiences);
    if (resource !== undefined) return resource;
    throw requirementIncomplete(
      '@RequireScopes() does not know whose scopes count: there is not exactly one `api.audience` or resource. ' +
        "Name it: @RequireScopes('read', { resource: 'https://api.example.com' }).",
    );
  }
}

function assertNames(requirement: NamedRequirement, present: readonly string[] | undefined): void {
  if (present === undefined) throw rolesNotInToken(requirement);
  const has = (name: string): boolean => present.includes(name);
  const passes = requirement.mode === 'any' ? requirement.names.some(has) : requirement.names.every(has);
  if (!passes) throw insufficient(requirement, present);
}

function requireBound(organizationId: string | undefined): string {
  if (organizationId !== undefined) return organizationId;
  throw requirementIncomplete(
    '@RequireOrganizationRoles() and @RequireOrganizationScopes() need @RequireOrganization() to say which organization.',
  );
}
