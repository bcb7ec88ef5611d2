import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoUnauthenticatedException } from '../../logto.exceptions.js';
import { isSignedIn } from '../../store/session-record.js';
import { Sessions } from '../../session/sessions.js';
import { CurrentUser } from '../current-user.js';
import { RequestSource, type OpenRequest } from '../request-source.js';
import { OpenConnections } from './open-connections.js';
import { SignInWatch } from './sign-in-watch.js';

/** Maximum delay of a timer, in milliseconds. */
const maxTimeout = 2 ** 31 - 1;

/** Time before a failed read of a socket's session is retried, in milliseconds. */
const retryDelay = 10_000;

/** Signals the end of a sign-in to open streams and sockets, because a guard checks a request only once. */
@Injectable()
export class SignedOutSignals {
  private readonly connections = new OpenConnections();

  constructor(
    private readonly source: RequestSource,
    private readonly currentUser: CurrentUser,
    private readonly sessions: Sessions,
    private readonly watch: SignInWatch,
  ) {}

  /**
   * A signal that fires when the sign-in of a request, a gateway's client or a GraphQL operation ends.
   * @throws LogtoException `context_not_supported`, `session_not_configured` or `session_store_unavailable`
   */
  create(given: object): AbortSignal {
    const { request, read, connection } = this.source.getOpenRequest(given);
    if (request && !this.currentUser.isOverridden(request)) this.sessions.assertReadable(request);
    const signedOut = new AbortController();
    const watching = new AbortController();
    const stop = (): void => watching.abort();
    if (connection) this.connections.onceClosed(connection, stop);
    const fire = (): void => {
      stop();
      if (connection) this.connections.removeListener(connection, stop);
      // In the next turn of the event loop, so that the caller can listen first.
      setImmediate(() =>
        signedOut.abort(new LogtoUnauthenticatedException({ message: 'The sign-in has ended.' })),
      );
    };
    // Rejects when the connection closes.
    this.untilEnded(read, watching.signal).then(fire, () => undefined);
    return signedOut.signal;
  }

  private async untilEnded(read: OpenRequest['read'], watching: AbortSignal): Promise<void> {
    const request = await readWithRetries(read, watching);
    if (this.currentUser.isOverridden(request)) {
      await untilExpired(this.currentUser.getContext(request).claims?.exp, watching);
      return;
    }
    const record = this.sessions.lastRecord(request);
    // An anonymous request cannot be signed out.
    if (record === undefined) await never();
    else if (isSignedIn(record)) await this.watch.untilEnded(request, record, watching);
  }
}

/** Retries while the session of a socket cannot be read. */
async function readWithRetries(read: OpenRequest['read'], watching: AbortSignal): Promise<Request> {
  for (;;) {
    try {
      return await read();
    } catch {
      await delay(retryDelay, undefined, { signal: watching, ref: false });
    }
  }
}

/** @param expiresAt seconds since 1970; an opaque token may have none */
async function untilExpired(expiresAt: number | undefined, watching: AbortSignal): Promise<void> {
  if (expiresAt === undefined) await never();
  for (;;) {
    const remaining = Number(expiresAt) * 1000 - Date.now();
    if (remaining <= 0) return;
    await delay(Math.min(remaining, maxTimeout), undefined, { signal: watching, ref: false });
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
