import type { Type } from '@nestjs/common';
import type { Method } from '../nest/methods-of.js';
import { accessPolicyOf, requirementsOf } from '../guard/access-policy.js';
import { hasLogtoGuard, hasDelegatingGuard } from '../guard/guard-metadata.js';

/* Metadata and a token of Nest's packages that have no public name. */
const gatewayMetadata = 'websockets:is_gateway';
const fieldMetadata = 'graphql:resolve_property';
const messageMetadata = 'microservices:pattern';

/** Methods of a gateway that Nest calls by itself, with no guard before them. */
const gatewayHooks: ReadonlySet<string> = new Set(['handleConnection', 'handleDisconnect', 'afterInit']);

/** Which guards stand before the handlers of an app, beyond those of a class or a handler. */
export interface AppGuards {
  /** Whether a guard of this library guards the whole app. */
  readonly everywhere: boolean;
  /** Whether it guards gateways too, as from Nest 12 on. */
  readonly gateways: boolean;
  /** Whether @nestjs/graphql runs guards for fields. */
  readonly fields: boolean;
}

/** Whether a class is a gateway. */
export function isGateway(type: Type): boolean {
  return Reflect.hasMetadata(gatewayMetadata, type);
}

/** Whether a method handles messages of a transport that is not HTTP. */
export function isMessageHandler(method: Method): boolean {
  return Reflect.hasMetadata(messageMetadata, method);
}

/** Whether a method is a field that @nestjs/graphql resolves. */
export function isField(method: Method): boolean {
  return Reflect.hasMetadata(fieldMetadata, method);
}

/** Whether a class or handler has a guard of this library, or one of the app's own that asks such a guard. */
export function hasGuard(subject: object): boolean {
  return hasLogtoGuard(subject) || hasDelegatingGuard(subject);
}

/**
 * Whether Nest calls a method of a gateway by itself.
 * @param name the method's
 */
export function isGatewayHook(type: Type, name: string): boolean {
  return gatewayHooks.has(name) && isGateway(type);
}

/** Why nothing enforces what a method asks of its visitors, with the remedy; nothing where it is enforced. */
export function whyUnenforced(
  type: Type,
  name: string,
  method: Method,
  { everywhere, gateways, fields }: AppGuards,
): string | undefined {
  const asks = requirementsOf(method).length > 0 || hasLogtoGuard(method);
  if (isGatewayHook(type, name)) {
    return asks
      ? 'Nest runs no guard when a socket opens or closes. Guard the message handlers, or call LogtoService in this hook.'
      : undefined;
  }
  if (asks && isField(method) && !fields) {
    return '@nestjs/graphql runs no guard for a field. Give GraphQLModule `fieldResolverEnhancers: ["guards"]`.';
  }
  return isOpen(type, method) && !(isGateway(type) ? everywhere && gateways : everywhere)
    ? 'no guard enforces it. Add @UseGuards(LogtoGuard) or @UseGuards(LogtoApiGuard).'
    : undefined;
}

/** Whether a method, or its class, has a requirement and no guard of its own. */
function isOpen(type: Type, method: Method): boolean {
  // A method of a decorated class that is no handler has no metadata of its own, and nothing to guard.
  const isHandler = requirementsOf(method).length > 0 || Reflect.getMetadataKeys(method).length > 0;
  return (
    isHandler && accessPolicyOf(type, method).requirements.length > 0 && !hasGuard(type) && !hasGuard(method)
  );
}
