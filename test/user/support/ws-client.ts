import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { TestApp } from '../../support/app/app.js';

/** An open connection to a gateway on ws. */
export class WsClient {
  /** Settles when the connection is closed. */
  readonly closed: Promise<void>;

  private constructor(private readonly socket: WebSocket) {
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static async connect(app: TestApp, headers: Record<string, string> = {}): Promise<WsClient> {
    const socket = new WebSocket(`${app.baseUrl.replace('http', 'ws')}/ws`, { headers });
    await once(socket, 'open');
    return new WsClient(socket);
  }

  /** Sends an event. Resolves with the data of the answer. */
  async ask(event: string): Promise<unknown> {
    this.socket.send(JSON.stringify({ event, data: {} }));
    const [text] = (await once(this.socket, 'message')) as [Buffer];
    return (JSON.parse(text.toString()) as { data: unknown }).data;
  }

  close(): void {
    this.socket.close();
  }
}
