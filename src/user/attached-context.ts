import { AsyncLocalStorage } from 'node:async_hooks';
import type { ArgumentsHost } from '@nestjs/common';
import type { Request } from 'express';
import { markCopy } from '../nest/package-copy.js';
import { anonymousContext, type LogtoContext } from './logto-context.js';
import { graphqlInfoOf, requestOrSocketOf } from './request-source.js';
import { exposeUser } from './user-accessor.js';

const attached: unique symbol = Symbol('nestjs-logto.context');
const ofSession: unique symbol = Symbol('nestjs-logto.session-context');

/** A request, a socket, or the `info` of a GraphQL field. */
interface ContextHolder {
  [attached]?: LogtoContext;
  readonly [ofSession]?: LogtoContext;
}

/* The context of a socket's message where it differs from its socket's. Only such messages enter the storage: once one
 * has, every promise of the app costs a little more. */
const messageContext = new AsyncLocalStorage<LogtoContext>();

/** Gives every request the context of its session, for handlers that no guard and no interceptor runs for. */
export function defineSessionContext<T extends object>(
  prototype: T,
  contextOf: (request: T) => LogtoContext,
): void {
  markCopy(prototype);
  Object.defineProperty(prototype, ofSession, {
    configurable: true,
    get(this: T) {
      return contextOf(this);
    },
  });
}

/** Whether a request has the context of its session. On Fastify there is no session, so it has none. */
export function hasSessionContext(request: object): boolean {
  return ofSession in request;
}

/**
 * Attaches the context of an execution, for `@AuthUser()` and, over HTTP, as `req.user`. Fields of a GraphQL request and
 * messages of a socket have one each: others of the same request or socket may have other tokens, or another credential.
 */
export function attachContext(host: ArgumentsHost, request: Request, context: LogtoContext): void {
  if (host.getType<string>() === 'http') {
    attachTo(request, context);
    exposeUser(request, context);
    return;
  }
  // All messages of one HTTP request have its user.
  const holder = host.getType<string>() === 'rpc' ? request : graphqlInfoOf(host);
  if (holder) attachTo(holder, context);
}

/** Attaches the context of the session to a request or a socket, for handlers without their own. */
export function attachSharedContext(host: ArgumentsHost, context: LogtoContext): void {
  const holder = requestOrSocketOf(host);
  if (holder) attachTo(holder, context);
}

/** Runs a handler, with the context of its message if it handles one. */
export function runWithContext<T>(host: ArgumentsHost, context: LogtoContext | undefined, fn: () => T): T {
  const differs =
    host.getType<string>() === 'ws' && context && contextFrom(requestOrSocketOf(host)) !== context;
  return differs ? messageContext.run(context, fn) : fn();
}

/**
 * The context attached to an execution; an anonymous one on a transport that this library cannot read.
 * @returns `undefined` where no LogtoModule has seen the request or the socket
 */
export function attachedContext(host: ArgumentsHost): LogtoContext | undefined {
  const info: ContextHolder | undefined = graphqlInfoOf(host);
  const own = host.getType<string>() === 'ws' ? messageContext.getStore() : info?.[attached];
  if (own) return own;
  const holder = requestOrSocketOf(host);
  return holder ? contextFrom(holder) : anonymousContext();
}

function attachTo(holder: object, context: LogtoContext): void {
  // Adding a property to a request is expensive. If the session has the same context, it is not needed.
  if (contextFrom(holder) !== context) (holder as ContextHolder)[attached] = context;
}

function contextFrom(holder: ContextHolder | undefined): LogtoContext | undefined {
  return holder?.[attached] ?? holder?.[ofSession];
}
