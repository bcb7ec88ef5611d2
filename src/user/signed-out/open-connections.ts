import type { OpenConnection } from '../request-source.js';

/** `readyState` of a WebSocket that is closing, or has closed if it is greater. */
const closing = 2;

/** Calls listeners when responses and sockets close. Each connection gets only one listener of this class. */
export class OpenConnections {
  private readonly listeners = new WeakMap<OpenConnection, Set<() => void>>();

  /** Calls a listener once a connection closes, or at once if it has closed. */
  onceClosed(connection: OpenConnection, listener: () => void): void {
    if (isClosed(connection)) {
      listener();
      return;
    }
    let listeners = this.listeners.get(connection);
    if (!listeners) {
      listeners = new Set();
      this.listeners.set(connection, listeners);
      const close = (): void => {
        for (const each of this.listeners.get(connection) ?? []) each();
        this.listeners.delete(connection);
      };
      // socket.io's clients emit `disconnect`.
      connection.once('close', close).once('disconnect', close);
    }
    listeners.add(listener);
  }

  removeListener(connection: OpenConnection, listener: () => void): void {
    this.listeners.get(connection)?.delete(listener);
  }
}

function isClosed({ writableFinished, destroyed, readyState, disconnected }: OpenConnection): boolean {
  return (
    writableFinished === true || destroyed === true || disconnected === true || (readyState ?? 0) >= closing
  );
}
