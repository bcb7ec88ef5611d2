import { request, type Agent } from 'node:http';
import { CookieJar, type LogtoEmulator } from 'nestjs-logto/emulator';
import { Suspension } from './suspension.js';

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
  suspensions: number;
  /** Suspensions whose webhook no instance accepted. */
  undelivered: number;
  /** Requests of suspended people that were refused after the webhook had been delivered. */
  refusedSuspended: number;
  /** Signed-in answers to requests that suspended people started too long after the webhook had been delivered. */
  actedSuspended: number;
  /** Sign-ins of people after their suspension. */
  returns: number;
}

/** What all people share. */
export interface World {
  readonly issuer: LogtoEmulator;
  readonly baseUrl: string;
  /** Ports of the instances. Each request goes to one of them at random. */
  readonly ports: readonly number[];
  readonly agent: Agent;
  readonly tally: Tally;
  /** Whether there is a fault, or was until a moment ago. */
  inFault(): boolean;
  /** Says why the soak fails. */
  report(problem: string): void;
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
  private suspension: Suspension | undefined;

  constructor(
    private readonly world: World,
    readonly name: string,
  ) {}

  /** Whether the person is signed in. Nobody is suspended in the middle of a sign-in, which Logto may have finished. */
  get canBeSuspended(): boolean {
    return this.signedIn && !this.suspension;
  }

  /** Makes the person try to go on with the session of before, until the suspension is over. */
  suspend(): Suspension {
    this.suspension = new Suspension(this.cookies.header(this.world.baseUrl));
    return this.suspension;
  }

  /** Lets a person whose suspension is over sign in again. */
  async comeBack(): Promise<void> {
    for (let attempt = 0; this.suspension && attempt < 10; attempt += 1) await this.act();
  }

  /** Does one thing at random. */
  async act(): Promise<void> {
    try {
      if (this.suspension) await this.actSuspended(this.suspension);
      else if (!this.signedIn) await this.signIn();
      else if (Math.random() < 0.05) await this.signOut();
      else if (Math.random() < 0.3) await this.read('/token', 'tokens');
      else await this.read('/me', 'reads');
    } catch (error) {
      this.refused(error instanceof Error ? error.message : String(error));
    }
  }

  private async actSuspended(suspension: Suspension): Promise<void> {
    const { isOver } = suspension;
    // Once more after the end: the old session must not work again.
    await this.read('/me', 'reads', suspension.cookie);
    if (!isOver) return;
    await this.signIn();
    if (!this.signedIn) return;
    this.suspension = undefined;
    this.count('returns');
  }

  private async signIn(): Promise<void> {
    this.signedIn = false;
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

  private async read(path: string, kind: 'reads' | 'tokens', cookie?: string): Promise<void> {
    const startedAt = Date.now();
    const answer = await this.open(path, { cookie });
    const { status, text } = answer;
    if (status >= 500) return this.refused(reasonOf(path, answer));
    const hasToBeRefused = this.suspension?.hasEndedSession(startedAt) ?? false;
    if (status !== 200) {
      this.signedIn = false;
      if (hasToBeRefused) this.count('refusedSuspended');
      else if (!this.suspension) this.count('lost');
      return;
    }
    if (hasToBeRefused) return this.count('actedSuspended');
    if (text.includes(this.name)) return this.count(kind);
    this.count('mixedUp');
    this.world.report(`${this.name} got ${path} of ${text}`);
  }

  private async signOut(): Promise<void> {
    // Signed out even without an answer: Redis may have been killed after it had deleted the session.
    this.signedIn = false;
    const cookies = this.cookies;
    this.cookies = new CookieJar();
    const answer = await this.open('/logto/sign-out', { cookies });
    if (answer.status !== 302) return this.refused(reasonOf('sign-out', answer));
    this.count('signOuts');
  }

  private refused(why: string): void {
    if (this.world.inFault()) return this.count('refusedInFault');
    this.world.report(why);
    this.count('failed');
  }

  private count(kind: keyof Tally): void {
    this.world.tally[kind] += 1;
  }

  private open(
    path: string,
    identity: { cookies?: CookieJar; cookie?: string | undefined } = {},
  ): Promise<Answer> {
    const { baseUrl, ports, agent } = this.world;
    const url = new URL(path, baseUrl).href;
    const { cookies = this.cookies, cookie = cookies.header(url) } = identity;
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
        if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(this.open(path, identity));
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
