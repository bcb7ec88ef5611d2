import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoUnauthenticatedException } from '../../logto.exceptions.js';
import { isSignedIn } from '../../store/session-record.js';
import { Sessions } from '../../session/sessions.js';
import { SignInWatch } from './sign-in-watch.js';
import { OpenConnections } from '../open-connections.js';
import { RequestSource } from '../request-source.js';
import { UserContextResolver } from '../user-context-resolver.js';

/** Longest time that a timer can be set to, in milliseconds. */
const longestTimeout = 2 ** 31 - 1;

/** Time until the session of a socket is read again that could not be read, in milliseconds. */
const retryAfter = 10_000;

/** Signals for what stays open: a guard looks at a request once. */
@Injectable()
export class SignedOut {
  private readonly connections = new OpenConnections();

  constructor(
    private readonly source: RequestSource,
    private readonly resolver: UserContextResolver,
    private readonly sessions: Sessions,
    private readonly watch: SignInWatch,
  ) {}

  /**
   * A signal that fires when the sign-in ends behind a request, a client of a gateway or a GraphQL operation.
   * @throws LogtoException `context_not_supported`, `session_not_configured` or `session_store_unavailable`
   */
  signal(given: object): AbortSignal {
    const { request, connection } = this.source.behind(given);
    if (!(request instanceof Promise) && !this.resolver.isAdopted(request))
      this.sessions.assertReadable(request);
    const signedOut = new AbortController();
    const watching = new AbortController();
    const stop = (): void => watching.abort();
    if (connection) this.connections.onceClosed(connection, stop);
    const fire = (): void => {
      stop();
      if (connection) this.connections.forget(connection, stop);
      // A turn of the event loop later, when whoever asks for the signal now is listening to it.
      setImmediate(() =>
        signedOut.abort(new LogtoUnauthenticatedException({ message: 'The sign-in has ended.' })),
      );
    };
    // Rejected when the connection has closed.
    this.untilEnded(given, watching.signal).then(fire, () => undefined);
    return signedOut.signal;
  }

  private async untilEnded(given: object, watching: AbortSignal): Promise<void> {
    const request = await this.read(given, watching);
    if (this.resolver.isAdopted(request)) {
      await untilExpired(this.resolver.known(request).claims?.exp, watching);
      return;
    }
    const record = this.sessions.lastRecord(request);
    // Who has not signed in cannot be signed out.
    if (record === undefined) await never();
    else if (isSignedIn(record)) await this.watch.untilEnded(request, record, watching);
  }

  /** The request, as soon as the session of a socket can be read. */
  private async read(given: object, watching: AbortSignal): Promise<Request> {
    for (;;) {
      try {
        return await this.source.behind(given).request;
      } catch {
        await delay(retryAfter, undefined, { signal: watching, ref: false });
      }
    }
  }
}

/** @param expiresAt seconds since 1970; an opaque token may have none */
async function untilExpired(expiresAt: number | undefined, watching: AbortSignal): Promise<void> {
  if (expiresAt === undefined) await never();
  for (;;) {
    const remaining = Number(expiresAt) * 1000 - Date.now();
    if (remaining <= 0) return;
    await delay(Math.min(remaining, longestTimeout), undefined, { signal: watching, ref: false });
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
