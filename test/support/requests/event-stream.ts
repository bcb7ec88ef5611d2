import { request, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { leftovers } from '../runner/leftovers.js';
import { until } from './waiting.js';

/** An open stream of server-sent events, as a browser's `EventSource` holds it. */
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
    leftovers.ends(() => stream.close());
    return stream;
  }

  get status(): number | undefined {
    return this.answer.statusCode;
  }

  /** Fails unless the server ends the stream long before it looks into its session store. */
  async endsAtOnce(): Promise<void> {
    const late = delay(5000, 'late', { ref: false });
    if ((await Promise.race([this.ended, late])) === 'late') throw new Error('The stream goes on.');
  }

  /** Fails unless events go on to come. The first one may have been on its way. */
  async goesOn(): Promise<void> {
    const before = this.events.length;
    await until(() => !this.isOpen || this.events.length > before + 1);
    if (!this.isOpen) throw new Error('The stream has ended.');
  }

  /** Leaves, as a browser does with the page. */
  async close(): Promise<void> {
    this.answer.destroy();
    await this.ended;
  }
}
