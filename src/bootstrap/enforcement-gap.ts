import { requirementsOf } from '../guard/policy/access-policy.js';
import { hasDelegatingGuard, hasLogtoGuard } from '../guard/policy/guard-metadata.js';
import { isGateway, isGatewayHook, isGraphqlField, isMessageHandler } from '../nest/handler-kind.js';
import type { AppHandler } from './app-handler.js';

/** What the guards for the whole app protect. */
export interface AppGuards {
  /** Whether a guard of this library is a global guard. */
  readonly global: boolean;
  /** Whether global guards run for gateways. */
  readonly gateways: boolean;
  /** Whether guards run for GraphQL fields. */
  readonly fields: boolean;
}

/** Why no guard enforces the requirements of a handler, and what to do. `undefined` if one does. */
export function enforcementGap(
  handler: AppHandler,
  { global, gateways, fields }: AppGuards,
): string | undefined {
  const { type, name, method, policy } = handler;
  const hasRequirement = requirementsOf(method).length > 0 || hasLogtoGuard(method);
  if (isGatewayHook(type, name)) {
    return hasRequirement
      ? 'Nest runs no guard when a socket opens or closes. Guard the message handlers, or call LogtoService in this hook.'
      : undefined;
  }
  if (hasRequirement && isGraphqlField(method) && !fields) {
    return '@nestjs/graphql runs no guard for a field. Give GraphQLModule `fieldResolverEnhancers: ["guards"]`.';
  }
  const isUnguarded = policy.requirements.length > 0 && !hasGuard(handler);
  return isUnguarded && !(isGateway(type) ? global && gateways : global)
    ? 'no guard enforces it. Add @UseGuards(LogtoGuard) or @UseGuards(LogtoApiGuard).'
    : undefined;
}

/** Why perhaps no guard enforces the requirements of a handler, and what to do. */
export function possibleEnforcementGaps(handler: AppHandler, { global, fields }: AppGuards): string[] {
  const { type, method, fullName } = handler;
  const gaps: string[] = [];
  const hasRequirement = requirementsOf(type).length > 0 || requirementsOf(method).length > 0;
  if (global && hasRequirement && isMessageHandler(method) && !hasGuard(handler)) {
    gaps.push(
      `${fullName} has a requirement, but global guards only run for messages with \`inheritAppConfig: true\`: otherwise ` +
        'anyone can call it. Add @UseGuards(LogtoGuard).',
    );
  }
  // Perhaps all queries that return the field are guarded.
  const isOnlyInGuardedClass =
    requirementsOf(method).length === 0 &&
    !hasLogtoGuard(method) &&
    (requirementsOf(type).length > 0 || hasLogtoGuard(type));
  if (!fields && isGraphqlField(method) && isOnlyInGuardedClass) {
    gaps.push(
      `The class of ${fullName} is guarded, but @nestjs/graphql runs no guards for fields, so anyone can call it. Give ` +
        'GraphQLModule `fieldResolverEnhancers: ["guards"]`.',
    );
  }
  return gaps;
}

/** Whether a handler or its class has a guard of this library, or one of yours that injects such a guard. */
function hasGuard({ type, method }: AppHandler): boolean {
  return [type, method].some((subject) => hasLogtoGuard(subject) || hasDelegatingGuard(subject));
}
