import type { OrganizationSource } from './organization-source.js';
import type { RequiredAuthentication } from './required-authentication.js';

/** Options of a requirement that takes names. */
export interface RequirementOptions {
  /** Whether all of the names are required, or any one of them. Default: `'all'`. */
  mode?: 'all' | 'any';
}

/** Options of `@RequireScopes()`. */
export interface ScopeRequirementOptions extends RequirementOptions {
  /** The API resource whose scopes count. Default: the only `api.audience`, else the only one of `resources`. */
  resource?: string;
}

/** Options of `@RequireAuthentication()`. */
export interface AuthenticationRequirementOptions {
  /**
   * The authentication context class (`acr`) that the sign-in must satisfy: one of `LogtoAcr`, or another value, which is
   * compared exactly.
   */
  acr?: string;
  /** Maximum age of the sign-in at Logto, in seconds; at least 1. */
  maxAge?: number;
}

/** A requirement that names scopes or roles. */
export type NamedRequirement = { names: readonly string[]; mode: 'all' | 'any' } & (
  | { kind: 'scopes'; resource: string | undefined }
  | { kind: 'roles' | 'organizationRoles' | 'organizationScopes' }
);

/** What a user needs besides being signed in. */
export type Requirement =
  | NamedRequirement
  | { kind: 'organization'; from: OrganizationSource }
  | ({ kind: 'authentication' } & AuthenticationRequirementOptions);

/** The requirements of a route. */
export interface RouteRequirements {
  /** Where the organization is found. If there are several sources, they have to agree. */
  readonly organizations: readonly OrganizationSource[];
  /** In the order in which they are checked. */
  readonly requirements: readonly Requirement[];
  /** The authentication context and the age that the sign-in must have. */
  readonly authentication: RequiredAuthentication | undefined;
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
