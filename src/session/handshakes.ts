import { ServerResponse, type IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Request, RequestHandler, Response } from 'express';
import { SessionMount } from './session-mount.js';
import { fromCallback, readEntry } from '../store/store-access.js';

/**
 * How long a socket goes on with the session as it was read, in milliseconds: a sign-out on another instance reaches it
 * after that, one on this instance with its next message.
 */
const rereadInterval = 10_000;

/** What is known of an open socket. */
interface Handshake {
  readonly request: IncomingMessage;
  /** The middleware that the app mounts its session by, where the module does not mount one. */
  readonly session: RequestHandler | undefined;
  /** A token that came with the handshake in another way than by its header. */
  readonly token: string | undefined;
  current?: { readonly request: Request; readonly readAt: number };
  reading?: Promise<Request>;
}

/** Sessions of open sockets: their handshake passed no middleware, so the session is read for it here. */
@Injectable()
export class Handshakes {
  private readonly known = new WeakMap<object, Handshake>();
  private readonly withoutSession = new WeakSet<Request>();

  constructor(private readonly mount: SessionMount) {}

  /**
   * Tells which handshake a socket came with, where the transport hides it.
   * @param session the app's own session middleware; default: the module's, or the session that a middleware of
   * the transport has put on the handshake already
   */
  bind(client: object, request: IncomingMessage, session?: RequestHandler, token?: string): void {
    this.known.set(client, { request, session, token });
  }

  has(client: object): boolean {
    return this.known.has(client);
  }

  /** Whether nothing could give a handshake a session: the app mounts its own, and did not hand it over. */
  hasNoSession(request: Request): boolean {
    return this.withoutSession.has(request);
  }

  /**
   * The handshake as a request with a session that is not older than ten seconds.
   * @throws LogtoException `session_store_unavailable`
   */
  requestOf(client: object): Request | Promise<Request> | undefined {
    const handshake = this.known.get(client);
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
    // express-session writes nothing before the response ends, and this one never does.
    await fromCallback((done) => handler(copy, new ServerResponse(request) as Response, done));
    return copy;
  }
}

/** What the address of a handshake is resolved against. */
const base = 'http://localhost';

/** As much of an Express request as sessions, guards and the app's own functions look at. */
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
