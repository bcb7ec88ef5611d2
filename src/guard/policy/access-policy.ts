import { Injectable, type ExecutionContext } from '@nestjs/common';
import { withBaseClasses } from '../../user/with-base-classes.js';
import { HandlerCache } from '../../user/handler-cache.js';
import { RouteOptionsReader, type RouteOptions } from '../../user/route-options.js';
import { accessMetadata, type RouteAccess } from '../decorators/access.decorators.js';
import { hasOwnLogtoGuard } from './guard-metadata.js';
import { combineAuthentication } from '../requirements/required-authentication.js';
import { ownRequirements, type Requirement, type RouteRequirements } from '../requirements/requirement.js';

/** Who may use a route, according to its decorators. */
export interface AccessPolicy extends RouteRequirements {
  readonly access: RouteAccess | 'required';
  readonly route: RouteOptions;
}

/** The order in which requirements are checked: those that the claims answer before those that may need Logto. */
const order: Requirement['kind'][] = [
  'organization',
  'authentication',
  'roles',
  'organizationRoles',
  'scopes',
  'organizationScopes',
];

/** Reads the policies of routes. */
@Injectable()
export class AccessPolicyReader {
  private readonly cache = new HandlerCache<AccessPolicy>();

  constructor(private readonly routes: RouteOptionsReader) {}

  read(host: ExecutionContext): AccessPolicy {
    const type = host.getClass();
    const handler = host.getHandler();
    return this.cache.get(type, handler, () => {
      const policy = { ...accessPolicyOf(type, handler), route: this.routes.read(host) };
      policy.route.allowsAnonymous = policy.access !== 'required';
      return policy;
    });
  }
}

/**
 * The policy of a handler, by its own decorators and those of its class and base classes. Requirements add up. The nearest
 * level with `@Public()`, `@OptionalAuth()` or a requirement decides who else may pass. There `@Public()` opens the handler
 * only if that level has no requirement and no nearer one has a guard.
 */
export function accessPolicyOf(type: object, handler: object): Omit<AccessPolicy, 'route'> {
  const levels = [handler, ...withBaseClasses(type)].map((subject) => ({
    access: Reflect.getOwnMetadata(accessMetadata, subject) as RouteAccess | undefined,
    requirements: ownRequirements(subject),
    isGuarded: hasOwnLogtoGuard(subject),
  }));
  const nearest = levels.find(({ access, requirements }) => access ?? requirements.length > 0);
  const isClosed =
    nearest?.access === 'public' &&
    (nearest.requirements.length > 0 ||
      levels.slice(0, levels.indexOf(nearest)).some(({ isGuarded }) => isGuarded));
  const access = isClosed ? undefined : nearest?.access;
  const requirements =
    access === 'public'
      ? []
      : levels
          .flatMap((level) => level.requirements)
          .toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
  const organizations = requirements.flatMap((requirement) =>
    requirement.kind === 'organization' ? [requirement.from] : [],
  );
  const authentication = combineAuthentication(
    requirements.filter((requirement) => requirement.kind === 'authentication'),
  );
  return { access: access ?? 'required', organizations, requirements, authentication };
}

/** The requirements of a class and its base classes, or of a handler. */
export function requirementsOf(subject: object): Requirement[] {
  return withBaseClasses(subject).flatMap((one) => ownRequirements(one));
}
