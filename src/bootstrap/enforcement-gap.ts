import type { Type } from '@nestjs/common';
import { isGateway, isGatewayHook, isGraphqlField } from '../nest/handler-kind.js';
import type { Method } from '../nest/decorated-methods-of.js';
import { accessPolicyOf, requirementsOf } from '../guard/policy/access-policy.js';
import { hasLogtoGuard, hasDelegatingGuard } from '../guard/policy/guard-metadata.js';

/** What the guards for the whole app protect. */
export interface AppGuards {
  /** Whether a guard of this library is a global guard. */
  readonly global: boolean;
  /** Whether global guards run for gateways. */
  readonly gateways: boolean;
  /** Whether guards run for GraphQL fields. */
  readonly fields: boolean;
}

/** Whether a class or handler has a guard of this library, or one of yours that injects such a guard. */
export function hasGuard(subject: object): boolean {
  return hasLogtoGuard(subject) || hasDelegatingGuard(subject);
}

/** Why no guard enforces the requirements of a method, and what to do. `undefined` if one does. */
export function enforcementGap(
  type: Type,
  name: string,
  method: Method,
  { global, gateways, fields }: AppGuards,
): string | undefined {
  const hasRequirement = requirementsOf(method).length > 0 || hasLogtoGuard(method);
  if (isGatewayHook(type, name)) {
    return hasRequirement
      ? 'Nest runs no guard when a socket opens or closes. Guard the message handlers, or call LogtoService in this hook.'
      : undefined;
  }
  if (hasRequirement && isGraphqlField(method) && !fields) {
    return '@nestjs/graphql runs no guard for a field. Give GraphQLModule `fieldResolverEnhancers: ["guards"]`.';
  }
  return isUnguarded(type, method) && !(isGateway(type) ? global && gateways : global)
    ? 'no guard enforces it. Add @UseGuards(LogtoGuard) or @UseGuards(LogtoApiGuard).'
    : undefined;
}

/** Whether a handler has a requirement, but neither it nor its class has a guard. */
function isUnguarded(type: Type, method: Method): boolean {
  return accessPolicyOf(type, method).requirements.length > 0 && !hasGuard(type) && !hasGuard(method);
}
