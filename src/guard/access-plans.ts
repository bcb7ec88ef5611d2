import type { ExecutionContext, Type } from '@nestjs/common';
import type { RoutePlan, RoutePlans } from '../user/route-plan.js';
import { accessMetadata, type RouteAccess } from './access.decorators.js';
import type { OrganizationSource } from './organization-source.js';
import { requirementsMetadata, type Requirement } from './requirement.js';

type Handler = ReturnType<ExecutionContext['getHandler']>;

/** What a route asks of its visitors. */
export interface AccessPlan {
  readonly access: RouteAccess | 'required';
  /** Where the organization is found; several have to agree. */
  readonly organizations: readonly OrganizationSource[];
  /** What remains to be asked, the cheap questions first. */
  readonly requirements: readonly Requirement[];
  readonly route: RoutePlan;
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
export class AccessPlans {
  private readonly plans = new WeakMap<Type, WeakMap<Handler, AccessPlan>>();

  constructor(private readonly routes: RoutePlans) {}

  of(context: ExecutionContext): AccessPlan {
    const type = context.getClass();
    const handler = context.getHandler();
    let ofType = this.plans.get(type);
    if (!ofType) this.plans.set(type, (ofType = new WeakMap()));
    let plan = ofType.get(handler);
    if (!plan) ofType.set(handler, (plan = { ...accessOf(type, handler), route: this.routes.of(context) }));
    return plan;
  }
}

/** What the decorators of a class and its handler say together: requirements add up, the handler's access wins. */
export function accessOf(type: object, handler: object): Omit<AccessPlan, 'route'> {
  const ofClass = requirementsOf(type);
  const ofHandler = requirementsOf(handler);
  const own = Reflect.getMetadata(accessMetadata, handler) as RouteAccess | undefined;
  const inherited = Reflect.getMetadata(accessMetadata, type) as RouteAccess | undefined;
  const access = own ?? (ofHandler.length > 0 ? 'required' : (inherited ?? 'required'));
  const requirements =
    access === 'public'
      ? []
      : [...ofClass, ...ofHandler].toSorted(
          (one, other) => order.indexOf(one.kind) - order.indexOf(other.kind),
        );
  const organizations = requirements.flatMap((requirement) =>
    requirement.kind === 'organization' ? [requirement.from] : [],
  );
  return { access, organizations, requirements };
}

/** The requirements that a class or handler was decorated with, a base class's included. */
export function requirementsOf(subject: object): Requirement[] {
  const inherited: unknown = Object.getPrototypeOf(subject);
  const base =
    typeof inherited === 'function' && inherited !== Function.prototype ? requirementsOf(inherited) : [];
  return [...base, ...((Reflect.getOwnMetadata(requirementsMetadata, subject) ?? []) as Requirement[])];
}
