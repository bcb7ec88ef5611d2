import { AsyncLocalStorage } from 'node:async_hooks';
import type { ArgumentsHost } from '@nestjs/common';
import type { Request } from 'express';
import type { LogtoContext } from './logto-context.js';
import { requestOrSocketOf, graphqlInfoOf } from './request-source.js';
import { exposeUser } from './user-accessor.js';
import { attachUserContext, attachedContextOf, knownContextOf } from './user-context-of.js';

/* What a message of a socket has for its own where its socket's session does not say it. Entered for such messages
 * alone: from the first one on every promise of the app costs a little more. */
const ofMessage = new AsyncLocalStorage<LogtoContext>();

/**
 * Remembers the context that a guard or the interceptor has decided by, for `@AuthUser()` and, over HTTP, as `req.user`.
 * Fields of a GraphQL request and messages of a socket have theirs each to itself: beside them others may have been
 * asked for other tokens, or been let in by another credential.
 */
export function attachContext(host: ArgumentsHost, request: Request, context: LogtoContext): void {
  if (host.getType<string>() === 'http') {
    attachUserContext(request, context);
    exposeUser(request, context);
    return;
  }
  const execution = graphqlInfoOf(host);
  if (execution) attachUserContext(execution, context);
}

/** Remembers what the session of a request or a socket says, for handlers that no guard and no interceptor runs for. */
export function attachSharedContext(host: ArgumentsHost, context: LogtoContext): void {
  const carrier = requestOrSocketOf(host);
  if (carrier) attachUserContext(carrier, context);
}

/** Runs a handler, and lets a message of a socket know its context. */
export function runWithContext<T>(host: ArgumentsHost, context: LogtoContext | undefined, fn: () => T): T {
  const isOwn =
    host.getType<string>() === 'ws' && context && knownContextOf(requestOrSocketOf(host)) !== context;
  return isOwn ? ofMessage.run(context, fn) : fn();
}

/**
 * The context of what is being executed; the anonymous one on a transport that this library cannot read.
 * @returns `undefined` where no LogtoModule has seen the request or the socket
 */
export function executionContextOf(host: ArgumentsHost): LogtoContext | undefined {
  const own = host.getType<string>() === 'ws' ? ofMessage.getStore() : attachedContextOf(graphqlInfoOf(host));
  if (own) return own;
  const carrier = requestOrSocketOf(host);
  return carrier ? knownContextOf(carrier) : { isAuthenticated: false };
}
