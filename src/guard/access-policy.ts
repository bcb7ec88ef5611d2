import { Injectable, type ExecutionContext, type Type } from '@nestjs/common';
import { lineageOf } from '../nest/lineage-of.js';
import { type RouteOptions, RouteOptionsReader } from '../user/route-options.js';
import { accessMetadata, type RouteAccess } from './access.decorators.js';
import { hasOwnLogtoGuard } from './guard-metadata.js';
import { requirementsMetadata, type Requirement } from './requirements/requirement.js';
import type { RouteRequirements } from './requirements/route-requirements.js';

type Handler = ReturnType<ExecutionContext['getHandler']>;

/** What a route asks of its visitors. */
export interface AccessPolicy extends RouteRequirements {
  readonly access: RouteAccess | 'required';
  readonly route: RouteOptions;
}

/** The order in which requirements are looked at: those that the claims answer before those that ask Logto. */
const order: Requirement['kind'][] = [
  'organization',
  'recentSignIn',
  'roles',
  'organizationRoles',
  'scopes',
  'organizationScopes',
];

/** What the decorators of routes ask, read once a handler. */
@Injectable()
export class AccessPolicyReader {
  private readonly plans = new WeakMap<Type, WeakMap<Handler, AccessPolicy>>();

  constructor(private readonly routes: RouteOptionsReader) {}

  of(context: ExecutionContext): AccessPolicy {
    const type = context.getClass();
    const handler = context.getHandler();
    let ofType = this.plans.get(type);
    if (!ofType) this.plans.set(type, (ofType = new WeakMap()));
    let plan = ofType.get(handler);
    if (!plan) {
      plan = { ...accessPolicyOf(type, handler), route: this.routes.of(context) };
      plan.route.anonymousPasses = plan.access !== 'required';
      ofType.set(handler, plan);
    }
    return plan;
  }
}

/**
 * What the decorators of a class and its handler say together. Requirements add up. Of what opens a route the
 * nearest counts: the handler's, then its class's, then a base class's; a requirement that stands as near as
 * `@Public()` or nearer keeps the route closed, and so does a guard that stands nearer.
 */
export function accessPolicyOf(type: object, handler: object): Omit<AccessPolicy, 'route'> {
  const levels = [handler, ...lineageOf(type)].map((subject) => ({
    access: Reflect.getOwnMetadata(accessMetadata, subject) as RouteAccess | undefined,
    requirements: (Reflect.getOwnMetadata(requirementsMetadata, subject) ?? []) as Requirement[],
    guarded: hasOwnLogtoGuard(subject),
  }));
  const nearest = levels.find(({ access, requirements }) => access ?? requirements.length > 0);
  const closed =
    nearest?.access === 'public' &&
    (nearest.requirements.length > 0 ||
      levels.slice(0, levels.indexOf(nearest)).some(({ guarded }) => guarded));
  const access = closed ? undefined : nearest?.access;
  const requirements =
    access === 'public'
      ? []
      : levels
          .flatMap((level) => level.requirements)
          .toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
  const organizations = requirements.flatMap((requirement) =>
    requirement.kind === 'organization' ? [requirement.from] : [],
  );
  const maxAges = requirements.flatMap((requirement) =>
    requirement.kind === 'recentSignIn' ? [requirement.maxAge] : [],
  );
  const signInMaxAge = maxAges.length === 0 ? undefined : Math.min(...maxAges);
  return { access: access ?? 'required', organizations, requirements, signInMaxAge };
}

/** The requirements that a class or handler was decorated with, a base class's included. */
export function requirementsOf(subject: object): Requirement[] {
  return lineageOf(subject).flatMap(
    (one) => (Reflect.getOwnMetadata(requirementsMetadata, one) ?? []) as Requirement[],
  );
}
