import type { Type } from '@nestjs/common';
import type { Method } from './decorated-methods-of.js';

/*
 * Undocumented: the keys of the metadata that @nestjs/websockets, @nestjs/graphql and @nestjs/microservices write. An app
 * need not have those packages, so nothing is imported from them. This can go when the `DiscoveryService` of Nest says
 * what kind of handler a method is.
 */
const gatewayMetadata = 'websockets:is_gateway';
const fieldMetadata = 'graphql:resolve_property';
const messageMetadata = 'microservices:pattern';

const gatewayHooks: ReadonlySet<string> = new Set(['handleConnection', 'handleDisconnect', 'afterInit']);

/** Whether a class is a WebSocket gateway. */
export function isGateway(type: Type): boolean {
  return Reflect.hasMetadata(gatewayMetadata, type);
}

/** Whether a method is a lifecycle hook of a gateway. Nest calls it without running guards. */
export function isGatewayHook(type: Type, methodName: string): boolean {
  return gatewayHooks.has(methodName) && isGateway(type);
}

/** Whether a method handles the messages of a microservice. */
export function isMessageHandler(method: Method): boolean {
  return Reflect.hasMetadata(messageMetadata, method);
}

/** Whether a method resolves a field of a GraphQL type. */
export function isGraphqlField(method: Method): boolean {
  return Reflect.hasMetadata(fieldMetadata, method);
}
