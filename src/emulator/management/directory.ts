import type { ResolvedOptions } from '../options/logto-emulator-schema.js';
import { managementApiRole } from '../options/management-api.js';
import type { MemoryStore } from '../provider/memory-store.js';
import type { Tenant, TenantApplication, TenantOrganization, TenantUser } from '../tenant/tenant.js';
import type { UserChanges } from '../user-changes.js';
import { EntityIds, idOf, type EntityDetails } from './entity-ids.js';
import { notExists, notFound } from './management-error.js';

export type Role = ResolvedOptions['roles'][number];
export type Resource = ResolvedOptions['resources'][number];
export type OrganizationRole = ResolvedOptions['organizationTemplate']['roles'][number];

/** A permission on a resource. */
export interface ResourceScope {
  resource: Resource;
  name: string;
}

/** An invitation to an organization. */
export interface Invitation {
  id: string;
  inviterId: string | null;
  invitee: string;
  organization: TenantOrganization;
  roles: OrganizationRole[];
  status: 'Pending' | 'Accepted' | 'Revoked';
  acceptedUserId: string | null;
  createdAt: number;
  updatedAt: number;
  expiresAt: number;
}

export interface DirectoryParts {
  options: ResolvedOptions;
  tenant: Tenant;
  store: MemoryStore;
  userChanges: UserChanges;
  /** Issues a subject token or a one-time token. */
  issue: (
    kind: 'OneTimeToken' | 'SubjectToken',
    payload: Record<string, unknown>,
    expiresIn: number,
  ) => string;
}

/** The entities of the tenant by their ids, as the Management API refers to them. */
export class Directory {
  readonly ids = new EntityIds();
  readonly invitations = new Map<string, Invitation>();
  /** Descriptions of scopes, by id. */
  readonly scopeDescriptions = new Map<string, string | null>();

  constructor(readonly parts: DirectoryParts) {}

  get options(): ResolvedOptions {
    return this.parts.options;
  }

  get users(): TenantUser[] {
    return [...this.parts.tenant.users.values()];
  }

  /** Users and applications, which have roles and are members of organizations. */
  get roleHolders(): (TenantUser | TenantApplication)[] {
    return [...this.users, ...this.parts.tenant.applications.values()];
  }

  /** All memberships in organizations. */
  get memberships(): { roles: string[] }[] {
    return this.roleHolders.flatMap(({ organizations }) => organizations);
  }

  user(id: string): TenantUser {
    const user = this.parts.tenant.users.get(id);
    if (!user) throw notFound();
    return user;
  }

  role(id: string): Role {
    const role = this.options.roles.find((one) => this.roleDetails(one).id === id);
    if (!role) throw notExists('Role', id);
    return role;
  }

  roleDetails(role: Role): EntityDetails {
    const details = this.ids.getOrCreate('role', role.name, role);
    details.type ??= role.name === managementApiRole ? 'MachineToMachine' : 'User';
    return details;
  }

  resource(id: string): Resource {
    const resource = this.options.resources.find((one) => this.resourceId(one) === id);
    if (!resource) throw notExists('Resource', id);
    return resource;
  }

  resourceId(resource: Resource): string {
    return this.ids.getOrCreate('resource', resource.indicator, resource).id;
  }

  /** The scopes of all resources. */
  get scopes(): ResourceScope[] {
    return this.options.resources.flatMap((resource) => resource.scopes.map((name) => ({ resource, name })));
  }

  scope(id: string): ResourceScope {
    const scope = this.scopes.find((one) => this.scopeId(one) === id);
    if (!scope) throw notExists('Scope', id);
    return scope;
  }

  scopeId({ resource, name }: ResourceScope): string {
    return idOf('scope', resource.indicator, name);
  }

  organization(id: string): TenantOrganization {
    const organization = this.options.organizations.find((one) => one.id === id);
    if (!organization) throw notExists('Organization', id);
    return organization;
  }

  organizationRole(id: string): OrganizationRole {
    const role = this.options.organizationTemplate.roles.find(
      (one) => this.organizationRoleDetails(one).id === id,
    );
    if (!role) throw notExists('OrganizationRole', id);
    return role;
  }

  /** The roles of a membership. */
  organizationRoles({ roles }: { roles: string[] }): OrganizationRole[] {
    return this.options.organizationTemplate.roles.filter(({ name }) => roles.includes(name));
  }

  organizationRoleDetails(role: OrganizationRole): EntityDetails {
    return this.ids.getOrCreate('organization role', role.name, role);
  }

  /** The name of an organization scope. */
  organizationScope(id: string): string {
    const name = this.options.organizationTemplate.scopes.find((one) => this.organizationScopeId(one) === id);
    if (name === undefined) throw notExists('OrganizationScope', id);
    return name;
  }

  organizationScopeId(name: string): string {
    return idOf('organization scope', name);
  }

  /** The scopes that a role refers to by name. */
  grantedScopes(granted: readonly { resource: string; name: string }[]): ResourceScope[] {
    return this.scopes.filter(({ resource, name }) =>
      granted.some((one) => one.resource === resource.indicator && one.name === name),
    );
  }
}
