import type { LogtoException } from '../../logto.exceptions.js';

/** A client of a gateway: one of socket.io, or a WebSocket. */
interface GatewayClient {
  emit?(event: string, payload: unknown): unknown;
  /** A number on a WebSocket, whose own `emit` reaches nobody but this process. */
  readonly readyState?: unknown;
  send?(text: string): void;
}

/** `readyState` of a WebSocket that is open. */
const open = 1;

/** What other programs than browsers are told of an error. */
export interface ExceptionPayload {
  readonly status: 'error';
  readonly code: LogtoException['code'];
  readonly message: string;
}

/** An error as gateways and message handlers of Nest tell one, with its code. */
export function exceptionPayload({ code, detail }: LogtoException): ExceptionPayload {
  return { status: 'error', code, message: detail };
}

/** Tells a gateway's client as Nest does, by the event `exception`. */
export function emitException(client: GatewayClient, exception: LogtoException): void {
  const data = exceptionPayload(exception);
  if (typeof client.readyState !== 'number') client.emit?.('exception', data);
  else if (client.readyState === open) client.send?.(JSON.stringify({ event: 'exception', data }));
}
