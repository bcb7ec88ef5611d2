import { request, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { leftovers } from '../runner/leftovers.js';
import { until } from './waiting.js';

/** An open stream of server-sent events, like a browser's `EventSource`. */
export class EventStream {
  /** The data of the events so far. */
  readonly events: string[] = [];
  /** Settles when the server has ended the stream. */
  readonly ended: Promise<void>;
  private isOpen = true;

  private constructor(private readonly answer: IncomingMessage) {
    answer.setEncoding('utf8');
    answer.on('data', (text: string) => {
      for (const [, data = ''] of text.matchAll(/^data: (.*)$/gm)) this.events.push(data);
    });
    this.ended = new Promise((resolve) => {
      answer.once('close', () => {
        this.isOpen = false;
        resolve();
      });
    });
  }

  /** Opens a stream, and waits for its headers. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const accept = { accept: 'text/event-stream' };
      request(url, { headers: { ...accept, ...headers }, agent: false })
        .on('response', resolve)
        .on('error', reject)
        .end();
    });
    const stream = new EventStream(answer);
    leftovers.add(() => stream.close());
    return stream;
  }

  get status(): number | undefined {
    return this.answer.statusCode;
  }

  /** Fails unless the server ends the stream within five seconds, which is before it checks the session store again. */
  async expectEnd(): Promise<void> {
    const late = delay(5000, 'late', { ref: false });
    if ((await Promise.race([this.ended, late])) === 'late') throw new Error('The stream has not ended.');
  }

  /** Fails unless the server sends more events. One of them may already have been on its way. */
  async expectMoreEvents(): Promise<void> {
    const before = this.events.length;
    await until(() => !this.isOpen || this.events.length > before + 1);
    if (!this.isOpen) throw new Error('The stream has ended.');
  }

  /** Closes the connection, as a browser does when it leaves the page. */
  async close(): Promise<void> {
    this.answer.destroy();
    await this.ended;
  }
}
