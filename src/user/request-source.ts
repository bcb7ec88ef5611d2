import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Injectable, type ArgumentsHost } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { httpRequestOf } from '../nest/http/http-request.js';
import { Handshakes, type Handshake } from '../session/handshakes.js';

/** The context of a GraphQL operation, as Apollo on Express and graphql-ws create it. */
interface GraphqlContext {
  readonly req?: Request | GraphqlSocket;
  readonly extra?: GraphqlSocket['extra'];
  readonly connectionParams?: GraphqlSocket['connectionParams'];
}

/** The context of an operation that came over a WebSocket by graphql-ws. */
interface GraphqlSocket {
  readonly extra?: { readonly socket: object; readonly request: IncomingMessage };
  readonly connectionParams?: Readonly<Record<string, unknown>>;
}

/** The context of a message that came in an HTTP request, as @rekog/mcp-nest creates it for the call of a tool. */
interface MessageContext {
  getRawRequest?(): Request | undefined;
}

/** A client of a gateway: socket.io's has the handshake, that of `ws` does not. */
interface SocketClient {
  readonly request?: IncomingMessage;
  readonly handshake?: { readonly auth?: Readonly<Record<string, unknown>> };
}

/** A response, or the client of a gateway. */
export interface OpenConnection extends EventEmitter {
  /** Of a response. */
  readonly writableFinished?: boolean;
  readonly destroyed?: boolean;
  /** Of a client of `ws`. */
  readonly readyState?: number;
  /** Of a client of socket.io. */
  readonly disconnected?: boolean;
}

/** A request, and the connection that closes when it is over. */
export interface OpenRequest {
  /** The HTTP request, or the handshake of a socket if its session was read at most ten seconds ago. */
  readonly request: Request | undefined;
  /**
   * The same request. Reads the session of a socket if that was longer ago.
   * @throws LogtoException `session_store_unavailable`
   */
  readonly read: () => Promise<Request>;
  readonly connection: OpenConnection | undefined;
}

/**
 * The request or the socket of an execution. Several fields or messages may share it.
 * @returns `undefined` for a transport that this library cannot read
 */
export function requestOrSocketOf(host: ArgumentsHost): object | undefined {
  const type: string = host.getType();
  if (type === 'http') return host.switchToHttp().getRequest<object>();
  if (type === 'ws') return host.switchToWs().getClient<object>();
  if (type === 'rpc') return requestOfMessage(host);
  if (type !== 'graphql') return undefined;
  const context = host.getArgByIndex<GraphqlContext | undefined>(2);
  return socketOf(context)?.extra?.socket ?? context?.req;
}

/** The `info` of a GraphQL field, which no other field shares. */
export function graphqlInfoOf(host: ArgumentsHost): object | undefined {
  return host.getType<string>() === 'graphql' ? host.getArgByIndex<object | undefined>(3) : undefined;
}

/** Finds the request of an execution. */
@Injectable()
export class RequestSource {
  /** By {@link executionKey}. */
  private readonly forks = new WeakMap<object, Request>();

  constructor(private readonly handshakes: Handshakes) {}

  /**
   * The HTTP request, or the handshake of a socket, in the form of an Express request.
   * @returns `undefined` for a transport that this library cannot read
   * @throws LogtoException `session_store_unavailable`
   */
  async getRequest(host: ArgumentsHost): Promise<Request | undefined> {
    const type: string = host.getType();
    if (type === 'http') return httpRequestOf(host);
    const fork = this.forks.get(executionKey(host));
    if (fork) return fork;
    if (type === 'ws') return this.ofClient(host.switchToWs().getClient<SocketClient>())?.read();
    if (type === 'rpc') return requestOfMessage(host);
    if (type !== 'graphql') return undefined;
    const context = host.getArgByIndex<GraphqlContext | undefined>(2);
    const socket = socketOf(context);
    return socket ? this.ofGraphqlSocket(socket)?.read() : (context?.req as Request | undefined);
  }

  /**
   * The request of an Express request, a gateway's client or the context of a GraphQL operation.
   * @throws LogtoException `context_not_supported` for any other object
   */
  getOpenRequest(given: object): OpenRequest {
    const context = given as GraphqlContext & SocketClient;
    const socket = socketOf(context);
    const client = socket?.extra?.socket ?? given;
    const handshake = socket ? this.ofGraphqlSocket(socket) : this.ofClient(context);
    if (handshake) {
      const read = (): Promise<Request> => handshake.read();
      return { request: handshake.current, read, connection: client as OpenConnection };
    }
    const request = (context.req ?? given) as Request;
    if (typeof (request.headers as unknown) !== 'object') throw noRequest();
    return { request, read: () => Promise.resolve(request), connection: request.res };
  }

  /**
   * Gives an execution its own request, which inherits from the shared one. Its user may then differ from that of the
   * other fields and messages.
   */
  fork(host: ArgumentsHost, request: Request): Request {
    const fork = Object.create(request) as Request;
    this.forks.set(executionKey(host), fork);
    return fork;
  }

  isForked(host: ArgumentsHost): boolean {
    return this.forks.has(executionKey(host));
  }

  /** Whether a request is the handshake of a socket without a session. */
  hasNoSession(request: Request): boolean {
    return this.handshakes.hasNoSession(request);
  }

  private ofClient(client: SocketClient): Handshake | undefined {
    if (!this.handshakes.has(client) && client.request) {
      this.handshakes.bind(client, client.request, undefined, tokenFrom(client.handshake?.auth?.token));
    }
    return this.handshakes.of(client);
  }

  private ofGraphqlSocket({ extra, connectionParams }: GraphqlSocket): Handshake | undefined {
    if (!extra) return undefined;
    if (!this.handshakes.has(extra.socket)) {
      const authorization = connectionParams?.authorization ?? connectionParams?.Authorization;
      this.handshakes.bind(extra.socket, extra.request, undefined, tokenFrom(authorization));
    }
    return this.handshakes.of(extra.socket);
  }
}

/** Whether a request is the handshake of a socket. Browsers let any site open one. */
export function isSocket(host: ArgumentsHost): boolean {
  const type: string = host.getType();
  if (type === 'ws') return true;
  return type === 'graphql' && socketOf(host.getArgByIndex<GraphqlContext | undefined>(2)) !== undefined;
}

/** The HTTP request of a message. Those of a microservice have none. */
function requestOfMessage(host: ArgumentsHost): Request | undefined {
  const request = host.switchToRpc().getContext<MessageContext | undefined>()?.getRawRequest?.();
  return typeof request?.headers === 'object' ? request : undefined;
}

/** An object that the guards and interceptors of one execution have in common, and no other execution has. */
export function executionKey(host: ArgumentsHost): object {
  return graphqlInfoOf(host) ?? host.getArgs();
}

function noRequest(): LogtoException {
  return new LogtoException(
    'context_not_supported',
    'This object belongs to no request. Pass the Express request, the client of a gateway or the context of a GraphQL ' +
      'operation. For a client of `ws` call `LogtoService.bindHandshake(client, request)` first.',
  );
}

function socketOf(context: GraphqlContext | undefined): GraphqlSocket | undefined {
  return [context, context?.req].find((one): one is GraphqlSocket => isSocketContext(one));
}

/** Checks the whole shape that graphql-ws has: an app may give its requests a property `extra` too. */
function isSocketContext(value: GraphqlContext | Request | undefined): boolean {
  const { socket, request } = (value as GraphqlSocket | undefined)?.extra ?? {};
  return typeof socket === 'object' && typeof request?.headers === 'object';
}

/** The token that a client sends in the payload of a handshake, because a browser cannot set headers there. */
function tokenFrom(value: unknown): string | undefined {
  return typeof value === 'string' ? value.replace(/^bearer +/i, '') : undefined;
}
