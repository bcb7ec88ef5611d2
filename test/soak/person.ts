import { request, type Agent } from 'node:http';
import { CookieJar, type LogtoEmulator } from 'nestjs-logto/emulator';

/** What the soak counts. */
export interface Tally {
  signIns: number;
  reads: number;
  tokens: number;
  signOuts: number;
  /** 5xx or a broken connection during a fault. */
  refusedInFault: number;
  /** 5xx or a broken connection without a fault. */
  failed: number;
  /** Signed-in people who had to sign in again. */
  lost: number;
  /** Answers with the data of another person. */
  mixedUp: number;
}

/** Why requests failed without a fault, and how often. */
export type Reasons = Map<string, number>;

/** What all people share. */
export interface World {
  readonly issuer: LogtoEmulator;
  readonly baseUrl: string;
  /** Ports of the instances. Each request goes to one of them at random. */
  readonly ports: readonly number[];
  readonly agent: Agent;
  readonly tally: Tally;
  readonly reasons: Reasons;
  /** Whether there is a fault, or was until a moment ago. */
  inFault(): boolean;
}

interface Answer {
  status: number;
  location: string | undefined;
  text: string;
}

/** A person with a browser who signs in, reads, requests tokens and signs out. */
export class Person {
  private cookies = new CookieJar();
  private signedIn = false;

  constructor(
    private readonly world: World,
    private readonly name: string,
  ) {}

  /** Does one thing at random. */
  async act(): Promise<void> {
    try {
      if (!this.signedIn) await this.signIn();
      else if (Math.random() < 0.05) await this.signOut();
      else if (Math.random() < 0.3) await this.read('/token', 'tokens');
      else await this.read('/me', 'reads');
    } catch (error) {
      this.refused(error instanceof Error ? error.message : String(error));
    }
  }

  private async signIn(): Promise<void> {
    const started = await this.open('/logto/sign-in');
    if (started.status !== 302 || started.location === undefined)
      return this.refused(reasonOf('sign-in', started));
    const callback = await this.world.issuer.signIn(started.location, {
      username: this.name,
      cookies: this.cookies,
    });
    const finished = await this.open(`${callback.pathname}${callback.search}`);
    if (finished.status !== 302) return this.refused(reasonOf('callback', finished));
    this.signedIn = true;
    this.count('signIns');
  }

  private async read(path: string, kind: 'reads' | 'tokens'): Promise<void> {
    const answer = await this.open(path);
    const { status, text } = answer;
    if (status >= 500) return this.refused(reasonOf(path, answer));
    if (status !== 200) {
      this.signedIn = false;
      return this.count('lost');
    }
    this.count(text.includes(this.name) ? kind : 'mixedUp');
  }

  private async signOut(): Promise<void> {
    // Signed out even without an answer: Redis may have been killed after it had deleted the session.
    this.signedIn = false;
    const cookies = this.cookies;
    this.cookies = new CookieJar();
    const answer = await this.open('/logto/sign-out', cookies);
    if (answer.status !== 302) return this.refused(reasonOf('sign-out', answer));
    this.count('signOuts');
  }

  private refused(why: string): void {
    if (this.world.inFault()) return this.count('refusedInFault');
    this.world.reasons.set(why, (this.world.reasons.get(why) ?? 0) + 1);
    this.count('failed');
  }

  private count(kind: keyof Tally): void {
    this.world.tally[kind] += 1;
  }

  private open(path: string, cookies = this.cookies): Promise<Answer> {
    const { baseUrl, ports, agent } = this.world;
    const url = new URL(path, baseUrl).href;
    const cookie = cookies.header(url);
    const headers = {
      host: new URL(baseUrl).host,
      accept: 'text/html',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      ...(cookie ? { cookie } : {}),
    };
    const port = ports[Math.floor(Math.random() * ports.length)];
    return new Promise((resolve, reject) => {
      const sent = request({ port, path, headers, agent, timeout: 20_000 }, (response) => {
        const received = new Headers();
        for (let index = 0; index < response.rawHeaders.length; index += 2) {
          received.append(response.rawHeaders[index] ?? '', response.rawHeaders[index + 1] ?? '');
        }
        cookies.store(url, { headers: received });
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, location: response.headers.location, text }),
        );
        response.on('error', reject);
      });
      sent.on('timeout', () => sent.destroy(new Error('no answer')));
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The server has just closed the idle connection. Browsers send the request again.
        if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(this.open(path, cookies));
        else reject(error);
      });
      sent.end();
    });
  }
}

/** The request, and the code on the error page. */
function reasonOf(what: string, { status, text }: Answer): string {
  return `${what} ${status} ${/<code>([^<]*)/.exec(text)?.[1] ?? ''}`;
}
