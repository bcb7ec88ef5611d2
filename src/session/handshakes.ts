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

/** The handshake of an open socket, as a request with a session. */
export class Handshake {
  private last: { readonly request: Request; readonly readAt: number } | undefined;
  private reading: Promise<Request> | undefined;

  /** @param readRequest reads the session for a copy of the handshake */
  constructor(private readonly readRequest: () => Promise<Request>) {}

  /** The request, if its session was read at most ten seconds ago. */
  get current(): Request | undefined {
    return this.last && Date.now() - this.last.readAt < rereadInterval ? this.last.request : undefined;
  }

  /**
   * The request, with a session that was read at most ten seconds ago.
   * @throws LogtoException `session_store_unavailable`
   */
  async read(): Promise<Request> {
    if (this.current) return this.current;
    this.reading ??= this.readRequest()
      .then((request) => {
        this.last = { request, readAt: Date.now() };
        return request;
      })
      .finally(() => (this.reading = undefined));
    return this.reading;
  }
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
   * @param token a bearer token that came without an `Authorization` header
   */
  bind(client: object, request: IncomingMessage, session?: RequestHandler, token?: string): void {
    this.handshakes.set(client, new Handshake(() => this.read(request, session, token)));
  }

  has(client: object): boolean {
    return this.handshakes.has(client);
  }

  /** @returns `undefined` for a socket that is not registered */
  of(client: object): Handshake | undefined {
    return this.handshakes.get(client);
  }

  /** Whether a handshake has no session because the app has not passed its own session middleware. */
  hasNoSession(request: Request): boolean {
    return this.withoutSession.has(request);
  }

  private async read(
    request: IncomingMessage,
    session: RequestHandler | undefined,
    token: string | undefined,
  ): Promise<Request> {
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
