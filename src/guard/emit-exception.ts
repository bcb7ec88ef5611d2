import type { LogtoException } from '../logto.exceptions.js';

/** A client of a gateway: socket.io's, or a WebSocket. */
interface GatewayClient {
  emit?(event: string, payload: unknown): unknown;
  /** A number on a WebSocket, whose `emit` only calls listeners in this process. */
  readonly readyState?: unknown;
  send?(text: string): void;
}

/** `readyState` of a WebSocket that is open. */
const open = 1;

/** An exception in the form of Nest's gateways and message handlers, with its code. */
export interface ExceptionPayload {
  readonly status: 'error';
  readonly code: LogtoException['code'];
  readonly message: string;
  /** What a new sign-in has to reach, for step-up authentication (RFC 9470). */
  readonly acr_values?: string;
  readonly max_age?: number;
}

/** Converts an exception into its payload. */
export function exceptionPayload(exception: LogtoException): ExceptionPayload {
  const { code, detail } = exception;
  const { acr_values, max_age } = exception.getResponse() as Pick<ExceptionPayload, 'acr_values' | 'max_age'>;
  return {
    status: 'error',
    code,
    message: detail,
    ...(acr_values !== undefined && { acr_values }),
    ...(max_age !== undefined && { max_age }),
  };
}

/** Sends the event `exception` to a gateway's client, as Nest does. */
export function emitException(client: GatewayClient, exception: LogtoException): void {
  const data = exceptionPayload(exception);
  if (typeof client.readyState !== 'number') client.emit?.('exception', data);
  else if (client.readyState === open) client.send?.(JSON.stringify({ event: 'exception', data }));
}
