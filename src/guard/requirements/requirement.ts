import type { OrganizationSource } from './organization-source.js';

/** Options of a requirement that takes names. */
export interface RequirementOptions {
  /** Whether all of the names are needed, or one is enough. Default: `'all'`. */
  mode?: 'all' | 'any';
}

/** Options of `@RequireScopes()`. */
export interface ScopeRequirementOptions extends RequirementOptions {
  /** The API resource whose scopes count. Default: the only `api.audience`, else the only one of `resources`. */
  resource?: string;
}

/** What a user needs besides being signed in. */
export type Requirement =
  | { kind: 'scopes'; names: readonly string[]; mode: 'all' | 'any'; resource: string | undefined }
  | { kind: 'roles'; names: readonly string[]; mode: 'all' | 'any' }
  | { kind: 'organization'; from: OrganizationSource }
  | { kind: 'organizationRoles'; names: readonly string[]; mode: 'all' | 'any' }
  | { kind: 'organizationScopes'; names: readonly string[]; mode: 'all' | 'any' }
  | { kind: 'recentSignIn'; maxAge: number };

/** The requirements of a route. */
export interface RouteRequirements {
  /** Where the organization is found. If there are several sources, they have to agree. */
  readonly organizations: readonly OrganizationSource[];
  /** In the order in which they are checked. */
  readonly requirements: readonly Requirement[];
  /** Longest time since the sign-in, in seconds. */
  readonly signInMaxAge: number | undefined;
}

const requirementsMetadata = 'nestjs-logto:requirements';

/** Creates a decorator that adds a requirement to a class or a handler. */
export function requires(requirement: Requirement): ClassDecorator & MethodDecorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const subject = (descriptor?.value ?? target) as object;
    Reflect.defineMetadata(requirementsMetadata, [...ownRequirements(subject), requirement], subject);
  };
}

/** The requirements of a class or handler itself, without those of its base classes. */
export function ownRequirements(subject: object): Requirement[] {
  return (Reflect.getOwnMetadata(requirementsMetadata, subject) ?? []) as Requirement[];
}
