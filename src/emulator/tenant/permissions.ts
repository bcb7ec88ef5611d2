import type { ResolvedOptions } from '../options/logto-emulator-schema.js';

/** A user or a machine-to-machine application. */
interface Holder {
  roles: string[];
  organizations: { id: string; roles: string[] }[];
}

/** The resource that stands for all organizations when scopes are asked for. */
export const organizationResource = 'urn:logto:resource:organizations';

/** What the tenant's roles give to users and to applications. */
export class Permissions {
  constructor(private readonly options: ResolvedOptions) {}

  /** A user's scopes on a resource: by tenant roles, and by the roles in one or in all organizations. */
  ofUser(user: Holder, indicator: string, organizationId?: string): string[] {
    const memberships = user.organizations.filter(({ id }) => !organizationId || id === organizationId);
    return this.onResource(indicator, [
      ...this.tenantRoles(user.roles),
      ...memberships.flatMap(({ roles }) => this.organizationRoles(roles)),
    ]);
  }

  /** An application's scopes on a resource: by tenant roles, or within an organization by its roles there alone. */
  ofApplication(application: Holder, indicator: string, organizationId?: string): string[] {
    const membership = application.organizations.find(({ id }) => id === organizationId);
    return this.onResource(
      indicator,
      organizationId ? this.organizationRoles(membership?.roles ?? []) : this.tenantRoles(application.roles),
    );
  }

  /** A member's organization scopes; undefined for one who is no member. */
  inOrganization(holder: Holder, organizationId: string): string[] | undefined {
    const membership = holder.organizations.find(({ id }) => id === organizationId);
    if (!membership) {
      return undefined;
    }
    const given = new Set(this.organizationRoles(membership.roles).flatMap((role) => role.scopes));
    return this.options.organizationTemplate.scopes.filter((scope) => given.has(scope));
  }

  private tenantRoles(names: string[]) {
    const roles = this.options.roles.filter((role) => names.includes(role.name));
    return roles.map(({ scopes }) => ({ resourceScopes: scopes }));
  }

  private organizationRoles(names: string[]) {
    return this.options.organizationTemplate.roles.filter((role) => names.includes(role.name));
  }

  /** What roles give on a resource, in the resource's own order. */
  private onResource(
    indicator: string,
    roles: { resourceScopes: { resource: string; name: string }[] }[],
  ): string[] {
    if (indicator === organizationResource) {
      return this.options.organizationTemplate.scopes;
    }
    const given = roles
      .flatMap((role) => role.resourceScopes)
      .filter(({ resource }) => resource === indicator);
    const names = new Set(given.map(({ name }) => name));
    const resource = this.options.resources.find((one) => one.indicator === indicator);
    return resource?.scopes.filter((scope) => names.has(scope)) ?? [];
  }
}
