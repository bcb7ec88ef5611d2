import type { OrganizationSource } from './organization-source.js';
import type { Requirement } from './requirement.js';

/** What the decorators of a route require of its users. */
export interface RouteRequirements {
  /** Where the organization is found; several have to agree. */
  readonly organizations: readonly OrganizationSource[];
  /** The cheap ones first. */
  readonly requirements: readonly Requirement[];
  /** Longest time since the sign-in, in seconds. */
  readonly signInMaxAge: number | undefined;
}
