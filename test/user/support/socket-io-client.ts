import { io, type Socket } from 'socket.io-client';
import type { TestApp } from '../../support/app/app.js';

/** The parts of a handshake. */
export interface Handshake {
  headers?: Record<string, string>;
  auth?: Record<string, unknown>;
  query?: Record<string, string>;
  transport?: 'websocket' | 'polling';
}

/** An open connection to a gateway on socket.io. */
export class SocketIoClient {
  /** Settles when the connection ends, with the reason. */
  readonly disconnected: Promise<string>;

  private constructor(private readonly socket: Socket) {
    this.disconnected = new Promise((resolve) => socket.once('disconnect', resolve));
  }

  static async connect(
    app: Pick<TestApp, 'baseUrl'>,
    { headers = {}, auth = {}, query = {}, transport = 'websocket' }: Handshake = {},
  ): Promise<SocketIoClient> {
    const socket = io(app.baseUrl, {
      extraHeaders: headers,
      auth,
      query,
      transports: [transport],
      reconnection: false,
      forceNew: true,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return new SocketIoClient(socket);
  }

  /** Sends an event. Resolves with the answer, or with the `exception` that is sent instead. */
  ask(event: string): Promise<unknown> {
    return new Promise((resolve) => {
      this.socket.once('exception', resolve);
      this.socket.emit(event, {}, resolve);
    });
  }

  close(): void {
    this.socket.close();
  }
}
