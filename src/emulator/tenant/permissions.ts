import type { ResolvedOptions } from '../options/logto-emulator-schema.js';

/** A user or a machine-to-machine application. */
interface Holder {
  roles: string[];
  organizations: { id: string; roles: string[] }[];
}

/** The resource with the scopes of all organizations. */
export const organizationResource = 'urn:logto:resource:organizations';

/** The scopes that users and applications have through their roles. */
export class Permissions {
  constructor(private readonly options: ResolvedOptions) {}

  /** A user's scopes on a resource, through tenant roles and through roles in one or in all organizations. */
  ofUser(user: Holder, indicator: string, organizationId?: string): string[] {
    const memberships = user.organizations.filter(({ id }) => !organizationId || id === organizationId);
    return this.onResource(indicator, [
      ...this.tenantRoles(user.roles),
      ...memberships.flatMap(({ roles }) => this.organizationRoles(roles)),
    ]);
  }

  /** An application's scopes on a resource: through tenant roles or, within an organization, only through its roles there. */
  ofApplication(application: Holder, indicator: string, organizationId?: string): string[] {
    const membership = application.organizations.find(({ id }) => id === organizationId);
    return this.onResource(
      indicator,
      organizationId ? this.organizationRoles(membership?.roles ?? []) : this.tenantRoles(application.roles),
    );
  }

  /** A member's organization scopes; undefined without a membership. */
  inOrganization(holder: Holder, organizationId: string): string[] | undefined {
    const membership = holder.organizations.find(({ id }) => id === organizationId);
    if (!membership) return undefined;
    const granted = new Set(this.organizationRoles(membership.roles).flatMap((role) => role.scopes));
    return this.options.organizationTemplate.scopes.filter((scope) => granted.has(scope));
  }

  private tenantRoles(names: string[]) {
    const roles = this.options.roles.filter((role) => names.includes(role.name));
    return roles.map(({ scopes }) => ({ resourceScopes: scopes }));
  }

  private organizationRoles(names: string[]) {
    return this.options.organizationTemplate.roles.filter((role) => names.includes(role.name));
  }

  /** The scopes of roles on a resource, in the order of the resource. */
  private onResource(
    indicator: string,
    roles: { resourceScopes: { resource: string; name: string }[] }[],
  ): string[] {
    if (indicator === organizationResource) return this.options.organizationTemplate.scopes;
    const scopes = roles.flatMap((role) => role.resourceScopes);
    const names = new Set(scopes.filter(({ resource }) => resource === indicator).map(({ name }) => name));
    const resource = this.options.resources.find((one) => one.indicator === indicator);
    return resource?.scopes.filter((scope) => names.has(scope)) ?? [];
  }
}
