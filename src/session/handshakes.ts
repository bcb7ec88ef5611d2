import { ServerResponse, type IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Request, RequestHandler, Response } from 'express';
import { SessionMount } from './session-mount.js';
import { fromCallback, readEntry } from '../store/store-access.js';

/**
 * How long a socket uses the session that was read for it, in milliseconds. After that, a sign-out on another instance
 * takes effect. A sign-out on this instance takes effect with the next message.
 */
const rereadInterval = 10_000;

/** The handshake of an open socket. */
interface Handshake {
  readonly request: IncomingMessage;
  /** The app's own session middleware. */
  readonly session: RequestHandler | undefined;
  /** A bearer token that came without an `Authorization` header. */
  readonly token: string | undefined;
  current?: { readonly request: Request; readonly readAt: number };
  reading?: Promise<Request>;
}

/** Reads the sessions of open sockets, because their handshakes do not pass through middleware. */
@Injectable()
export class Handshakes {
  private readonly handshakes = new WeakMap<object, Handshake>();
  private readonly withoutSession = new WeakSet<Request>();

  constructor(private readonly mount: SessionMount) {}

  /**
   * Registers the handshake of a socket.
   * @param session the app's own session middleware; default: the module's, or the session that a middleware of
   * the transport has already put on the handshake
   */
  bind(client: object, request: IncomingMessage, session?: RequestHandler, token?: string): void {
    this.handshakes.set(client, { request, session, token });
  }

  has(client: object): boolean {
    return this.handshakes.has(client);
  }

  /** Whether a handshake has no session because the app has not passed its own session middleware. */
  hasNoSession(request: Request): boolean {
    return this.withoutSession.has(request);
  }

  /**
   * The handshake of a socket as a request whose session was read at most ten seconds ago.
   * @throws LogtoException `session_store_unavailable`
   */
  requestOf(client: object): Request | Promise<Request> | undefined {
    const handshake = this.handshakes.get(client);
    if (!handshake) return undefined;
    const { current } = handshake;
    if (current && Date.now() - current.readAt < rereadInterval) return current.request;
    handshake.reading ??= this.read(handshake)
      .then((request) => {
        handshake.current = { request, readAt: Date.now() };
        return request;
      })
      .finally(() => delete handshake.reading);
    return handshake.reading;
  }

  private async read({ request, session, token }: Handshake): Promise<Request> {
    const copy = requestFrom(request, token);
    const own = request as IncomingMessage & Partial<Pick<Request, 'session' | 'sessionID' | 'sessionStore'>>;
    if (own.session && own.sessionStore && own.sessionID !== undefined && !session) {
      const stored = await readEntry(own.sessionStore, own.sessionID);
      const { sessionID, sessionStore } = own;
      const { cookie } = own.session;
      return Object.assign(copy, {
        sessionID,
        sessionStore,
        session: (stored ?? { cookie }) as unknown as Request['session'],
      });
    }
    const handler = session ?? this.mount.handler;
    if (!handler) {
      this.withoutSession.add(copy);
      return copy;
    }
    // express-session writes when the response ends, and this one never does.
    await fromCallback((done) => handler(copy, new ServerResponse(request) as Response, done));
    return copy;
  }
}

const base = 'http://localhost';

/** The part of an Express request that sessions, guards and the app's own callbacks use. */
function requestFrom(
  { headers, rawHeaders, url, socket }: IncomingMessage,
  token: string | undefined,
): Request {
  const { pathname, searchParams } = new URL(URL.canParse(url ?? '', base) ? (url ?? '') : '/', base);
  const header = (name: string): unknown => headers[name.toLowerCase()];
  const authorization = headers.authorization ?? (token === undefined ? undefined : `Bearer ${token}`);
  return {
    method: 'GET',
    url,
    originalUrl: url,
    path: pathname,
    query: Object.fromEntries(searchParams),
    get: header,
    header,
    headers: authorization === undefined ? headers : { ...headers, authorization },
    rawHeaders,
    socket,
    connection: socket,
    params: {},
  } as unknown as Request;
}
