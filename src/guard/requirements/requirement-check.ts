import type { Request } from 'express';
import type { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { organizationUrnPrefix, ReservedResource } from '../../options/logto-constants.js';
import type { AccessPlan } from '../access-plans.js';
import { BearerSubject } from '../bearer/bearer-subject.js';
import { lacking, organizationRequired, requirementIncomplete, rolesNotInToken } from './access-denied.js';
import { boundOrganization } from './organization-source.js';
import type { Requirement } from './requirement.js';
import { isRecent, type Subject } from './subject.js';

/** Holds a subject against what a route requires. */
export class RequirementCheck {
  constructor(private readonly options: Pick<ResolvedLogtoOptions, 'api' | 'resources'>) {}

  /** @throws LogtoException saying what is lacking; whoever lacks a recent sign-in is told by the return value */
  async run(request: Request, subject: Subject, plan: AccessPlan): Promise<{ signInMaxAge?: number }> {
    const organizationId = boundOrganization(request, plan.organizations);
    for (const requirement of plan.requirements) {
      if (requirement.kind !== 'recentSignIn') await this.check(subject, requirement, organizationId);
    }
    // Whoever is recent enough for the strictest is so for all.
    const { signInMaxAge } = plan;
    return signInMaxAge === undefined || isRecent(subject, signInMaxAge, Date.now()) ? {} : { signInMaxAge };
  }

  private async check(
    subject: Subject,
    requirement: Exclude<Requirement, { kind: 'recentSignIn' }>,
    organizationId: string | undefined,
  ): Promise<void> {
    switch (requirement.kind) {
      case 'organization':
        if (organizationId === undefined || !(await subject.isMemberOf(organizationId)))
          throw organizationRequired();
        return;
      case 'roles':
        return satisfied(requirement, await subject.roles());
      case 'organizationRoles':
        return satisfied(requirement, await subject.organizationRoles(bound(organizationId)));
      case 'organizationScopes':
        return satisfied(requirement, await subject.organizationScopes(bound(organizationId)));
      case 'scopes': {
        const resource = requirement.resource ?? this.defaultResource(subject);
        return satisfied(requirement, await subject.scopes(resource, organizationId));
      }
    }
  }

  /** `api.audience`, else the only resource. A bearer token was made for one of several audiences: that one counts. */
  private defaultResource(subject: Subject): string {
    const audiences = [this.options.api?.audience ?? []]
      .flat()
      .filter((one) => !one.startsWith(organizationUrnPrefix));
    if (subject instanceof BearerSubject) {
      const own = audiences.find((audience) => subject.audiences.includes(audience));
      if (own !== undefined) return own;
    }
    const resources = this.options.resources.filter((one) => one !== ReservedResource.Organization);
    const [only, ...others] = audiences.length > 0 ? audiences : resources;
    if (only !== undefined && others.length === 0) return only;
    throw requirementIncomplete(
      '@RequireScopes() does not know whose scopes count: there is not exactly one `api.audience` or resource. ' +
        "Name it: @RequireScopes('read', { resource: 'https://api.example.com' }).",
    );
  }
}

function satisfied(
  requirement: Extract<Requirement, { names: readonly string[] }>,
  present: readonly string[] | undefined,
): void {
  if (present === undefined) throw rolesNotInToken(requirement);
  const has = (name: string): boolean => present.includes(name);
  const passes = requirement.mode === 'any' ? requirement.names.some(has) : requirement.names.every(has);
  if (!passes) throw lacking(requirement, present);
}

function bound(organizationId: string | undefined): string {
  if (organizationId !== undefined) return organizationId;
  throw requirementIncomplete(
    '@RequireOrganizationRoles() and @RequireOrganizationScopes() need @RequireOrganization() to say which organization.',
  );
}
