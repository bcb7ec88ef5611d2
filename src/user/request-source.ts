import type { IncomingMessage } from 'node:http';
import { Injectable, type ArgumentsHost } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { Handshakes } from '../session/handshakes.js';
import type { OpenConnection } from './open-connections.js';

/** The context of a GraphQL operation, as Apollo on Express and graphql-ws make it. */
interface GraphqlContext {
  readonly req?: Request | GraphqlSocket;
  readonly extra?: GraphqlSocket['extra'];
  readonly connectionParams?: GraphqlSocket['connectionParams'];
}

/** An operation that came over a WebSocket by graphql-ws. */
interface GraphqlSocket {
  readonly extra?: { readonly socket: object; readonly request: IncomingMessage };
  readonly connectionParams?: Readonly<Record<string, unknown>>;
}

/** A client of a gateway: socket.io's carries its handshake, that of `ws` hides it. */
interface SocketClient {
  readonly request?: IncomingMessage;
  readonly handshake?: { readonly auth?: Readonly<Record<string, unknown>> };
}

/**
 * What tells the user of an execution: the request, or the socket, which several fields or messages may share.
 * @returns `undefined` for a transport that this library cannot read
 */
export function requestOrSocketOf(host: ArgumentsHost): object | undefined {
  const type: string = host.getType();
  if (type === 'http') return host.switchToHttp().getRequest<object>();
  if (type === 'ws') return host.switchToWs().getClient<object>();
  if (type !== 'graphql') return undefined;
  const context = host.getArgByIndex<GraphqlContext | undefined>(2);
  return socketOf(context)?.extra?.socket ?? context?.req;
}

/** What is one execution's alone where it shares its request or its socket: GraphQL makes an `info` for each field. */
export function graphqlInfoOf(host: ArgumentsHost): object | undefined {
  return host.getType<string>() === 'graphql' ? host.getArgByIndex<object | undefined>(3) : undefined;
}

/** A request with what closes when it is over. */
export interface OpenRequest {
  readonly request: Request | Promise<Request>;
  readonly connection: OpenConnection | undefined;
}

/** Finds the request behind whatever is being executed. */
@Injectable()
export class RequestSource {
  /** By what guards and interceptors of an execution have in common. */
  private readonly own = new WeakMap<object, Request>();

  constructor(private readonly handshakes: Handshakes) {}

  /**
   * The Express request, or what stands for it where a socket was opened long ago.
   * @returns `undefined` for a transport that this library cannot read
   * @throws LogtoException `session_store_unavailable`
   */
  async of(host: ArgumentsHost): Promise<Request | undefined> {
    const type: string = host.getType();
    if (type === 'http') return host.switchToHttp().getRequest<Request>();
    const own = this.own.get(graphqlInfoOf(host) ?? host.getArgs());
    if (own) return own;
    if (type === 'ws') return this.ofClient(host.switchToWs().getClient<SocketClient>());
    if (type !== 'graphql') return undefined;
    const context = host.getArgByIndex<GraphqlContext | undefined>(2);
    const socket = socketOf(context);
    return socket ? this.ofGraphqlSocket(socket) : (context?.req as Request | undefined);
  }

  /**
   * What is behind an object that an application has at hand: a request, the client of a gateway, or the context of a
   * GraphQL operation.
   * @throws LogtoException `context_not_supported` where there is no request behind it
   */
  behind(given: object): OpenRequest {
    const context = given as GraphqlContext & SocketClient;
    const socket = socketOf(context);
    const client = socket?.extra?.socket ?? given;
    const handshake = socket ? this.ofGraphqlSocket(socket) : this.ofClient(context);
    if (handshake) return { request: handshake, connection: client as OpenConnection };
    const request = (context.req ?? given) as Request;
    if (typeof (request.headers as unknown) !== 'object') throw nothingBehind();
    return { request, connection: request.res };
  }

  /**
   * The request as one execution's alone: who its user is by a bearer token is no business of the fields and messages
   * that share it and have a session for it.
   */
  ownOf(host: ArgumentsHost, request: Request): Request {
    const own = Object.create(request) as Request;
    this.own.set(graphqlInfoOf(host) ?? host.getArgs(), own);
    return own;
  }

  /** Whether an execution has a request of its own. */
  isOwn(host: ArgumentsHost): boolean {
    return this.own.has(graphqlInfoOf(host) ?? host.getArgs());
  }

  /** Whether a request stands for a socket that nothing could give a session. */
  hasNoSession(request: Request): boolean {
    return this.handshakes.hasNoSession(request);
  }

  private ofClient(client: SocketClient): Request | Promise<Request> | undefined {
    if (!this.handshakes.has(client) && client.request) {
      this.handshakes.bind(client, client.request, undefined, tokenIn(client.handshake?.auth?.token));
    }
    return this.handshakes.requestOf(client);
  }

  private ofGraphqlSocket({
    extra,
    connectionParams,
  }: GraphqlSocket): Request | Promise<Request> | undefined {
    if (!extra) return undefined;
    if (!this.handshakes.has(extra.socket)) {
      const given = connectionParams?.authorization ?? connectionParams?.Authorization;
      this.handshakes.bind(extra.socket, extra.request, undefined, tokenIn(given));
    }
    return this.handshakes.requestOf(extra.socket);
  }
}

/** Whether a request came with the handshake of a socket, whose origin no browser restricts. */
export function isSocket(host: ArgumentsHost): boolean {
  const type: string = host.getType();
  if (type === 'ws') return true;
  return type === 'graphql' && socketOf(host.getArgByIndex<GraphqlContext | undefined>(2)) !== undefined;
}

function nothingBehind(): LogtoException {
  return new LogtoException(
    'context_not_supported',
    'There is no request behind this object. Give the Express request, the client of a gateway or the context of a ' +
      'GraphQL operation. For a client of `ws` call `LogtoService.bindHandshake(client, request)` first.',
  );
}

function socketOf(context: GraphqlContext | undefined): GraphqlSocket | undefined {
  return [context, context?.req].find((one): one is GraphqlSocket => isSocketContext(one));
}

/** Whether it is what graphql-ws makes: an app may call a property of its requests `extra` too. */
function isSocketContext(value: GraphqlContext | Request | undefined): boolean {
  const { socket, request } = (value as GraphqlSocket | undefined)?.extra ?? {};
  return typeof socket === 'object' && typeof request?.headers === 'object';
}

/** A browser cannot set the header of a handshake, so clients send the token beside it. */
function tokenIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value.replace(/^bearer +/i, '') : undefined;
}
