import type { EventEmitter } from 'node:events';

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

/** `readyState` from which on a WebSocket is closing. */
const closing = 2;

/** Tells when responses and sockets close, by one listener for each, however many want to know. */
export class OpenConnections {
  private readonly known = new WeakMap<OpenConnection, Set<() => void>>();

  /** Calls a listener once a connection closes, or at once for one that has closed. */
  onceClosed(connection: OpenConnection, listener: () => void): void {
    if (isClosed(connection)) {
      listener();
      return;
    }
    let listeners = this.known.get(connection);
    if (!listeners) {
      listeners = new Set();
      this.known.set(connection, listeners);
      const close = (): void => {
        for (const each of this.known.get(connection) ?? []) each();
        this.known.delete(connection);
      };
      // The second is what clients of socket.io emit.
      connection.once('close', close).once('disconnect', close);
    }
    listeners.add(listener);
  }

  /** Takes a listener back. */
  forget(connection: OpenConnection, listener: () => void): void {
    this.known.get(connection)?.delete(listener);
  }
}

function isClosed({ writableFinished, destroyed, readyState, disconnected }: OpenConnection): boolean {
  return (
    writableFinished === true || destroyed === true || disconnected === true || (readyState ?? 0) >= closing
  );
}
