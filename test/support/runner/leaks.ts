import { format, inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import type { LogtoModuleOptions } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';

/** Shorter values than this stand in texts by chance. */
const shortestSecret = 12;

/** Longer answers hold no token, in bytes. */
const longestAnswer = 256 * 1024;

/** Fields by which a secret goes to Logto or comes from it. */
const secretFields = [
  'access_token',
  'actor_token',
  'client_secret',
  'code',
  'code_verifier',
  'id_token',
  'nonce',
  'refresh_token',
  'state',
  'subject_token',
  'token',
] as const;

/** Headers of error answers that have to hold a secret: each visitor is given their own cookies. */
const cookieHeaders = ['set-cookie'];

/**
 * What one test has written and published, and what must not be in it: logs of every level, error answers, events and
 * telemetry on one side, tokens, codes, verifiers, states, nonces, cookies, session ids and configured secrets on the other.
 */
class Leaks implements LoggerService {
  /** What was logged. */
  readonly logged: string[] = [];
  private readonly answers: string[] = [];
  private readonly published: string[] = [];
  private readonly secrets = new Map<string, string>();
  private readonly issuers = new Set<LogtoEmulator>();

  log = this.keep;
  error = this.keep;
  warn = this.keep;
  debug = this.keep;
  verbose = this.keep;
  fatal = this.keep;

  /** Something that nobody may log. */
  secret(kind: string, value: unknown): void {
    if (typeof value === 'string' && value.length >= shortestSecret) this.secrets.set(value, kind);
  }

  /** The secrets that an operator configures. */
  options({
    appSecret,
    cookieSecret,
    session,
    machineToMachine,
    webhooks,
    encryption,
  }: Partial<LogtoModuleOptions>): void {
    this.secret('client secret', appSecret);
    this.secret('cookie secret', cookieSecret);
    this.secret('machine secret', machineToMachine?.appSecret);
    for (const key of [webhooks?.signingKey].flat()) this.secret('webhook signing key', key);
    for (const key of encryption?.keys ?? []) this.secret('encryption key', key);
    for (const secret of [session?.secret].flat()) this.secret('session secret', secret);
  }

  /** An issuer whose requests hold secrets, until they are forgotten and after that. */
  watch(issuer: LogtoEmulator): void {
    this.issuers.add(issuer);
    const forget = issuer.resetRequests.bind(issuer);
    issuer.resetRequests = () => {
      this.learnFrom(issuer);
      forget();
    };
  }

  /** The same `fetch`, whose requests and answers hold secrets: every token that Logto gives comes this way. */
  listening(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
    return async (input, init) => {
      const { body, headers } = init ?? {};
      if (body instanceof URLSearchParams) this.fields(Object.fromEntries(body));
      this.authorization(new Headers(headers).get('authorization'));
      const response = await fetch(input, init);
      // Beside the app, which goes on with the answer itself: it may be endless, or never be read. One that is far too
      // long the app stops reading, which it could not while the other half of the stream is read on.
      const isShort = Number(response.headers.get('content-length') ?? 0) < longestAnswer;
      if (isShort && response.headers.get('content-type')?.includes('json')) {
        response
          .clone()
          .json()
          .then((answer: unknown) => this.fields(answer))
          .catch(() => undefined);
      }
      return response;
    };
  }

  /** An address of a sign-in under way. */
  address(url: string): void {
    if (URL.canParse(url)) this.fields(Object.fromEntries(new URL(url).searchParams));
  }

  /** `Authorization`, by what it holds and, where that is a name and a secret, by the secret. */
  authorization(header: string | null | undefined): void {
    const [scheme = '', credentials] = header?.split(' ') ?? [];
    this.secret('authorization header', credentials);
    if (scheme.toLowerCase() !== 'basic' || credentials === undefined) return;
    const [, secret = ''] = Buffer.from(credentials, 'base64').toString().split(':');
    this.secret('client secret', decoded(secret));
  }

  /** Cookies are secrets, and so is the id in a session's. */
  cookie(header: string): void {
    const value = decoded(header.split(';')[0]?.split('=').slice(1).join('=') ?? '');
    this.secret('cookie', value);
    if (value.startsWith('s:')) this.secret('session id', value.slice(2, value.lastIndexOf('.')));
  }

  /** An answer that nobody asked for tokens with. */
  errorAnswer(text: string, headers: Headers): void {
    const sent = [...headers].filter(([name]) => !cookieHeaders.includes(name));
    this.answers.push([...sent.map(([name, value]) => `${name}: ${value}`), text].join('\n'));
  }

  /** The kinds of the secrets in a text. A store has to hold the ids of sessions, and holds nonces that are used up. */
  kindsIn(text: string): string[] {
    for (const issuer of this.issuers) this.learnFrom(issuer);
    const found = [...this.secrets].filter(([value]) => text.includes(value)).map(([, kind]) => kind);
    return [...new Set(found)].filter((kind) => kind !== 'session id' && kind !== 'nonce').toSorted();
  }

  /** What was published on a channel of `node:diagnostics_channel`, or exported as a span or a metric. */
  telemetry(value: unknown): void {
    this.published.push(inspect(value, { depth: 8, maxStringLength: null, maxArrayLength: null }));
  }

  /** @throws Error that names the kind of what leaked, and where */
  check(): void {
    for (const issuer of this.issuers) this.learnFrom(issuer);
    const found = [...this.secrets].flatMap(([value, kind]) => [
      ...this.logged.filter((line) => line.includes(value)).map((line) => `a log holds a ${kind}: ${line}`),
      ...this.answers
        .filter((text) => text.includes(value))
        .map((text) => `an error answer holds a ${kind}: ${text}`),
      ...this.published
        .filter((text) => text.includes(value))
        .map((text) => `an event, a span or a metric holds a ${kind}: ${text}`),
    ]);
    this.logged.length = 0;
    this.answers.length = 0;
    this.published.length = 0;
    if (found.length > 0) throw new Error(found.join('\n'));
  }

  private keep(...values: unknown[]): void {
    this.logged.push(
      values.map((value) => (typeof value === 'string' ? value : inspect(value, { depth: 8 }))).join(' '),
    );
  }

  private learnFrom(issuer: LogtoEmulator): void {
    for (const { query, body, headers } of issuer.requests()) {
      this.fields(query);
      this.fields(body);
      this.authorization(headers.authorization);
    }
  }

  private fields(holder: unknown): void {
    if (typeof holder !== 'object' || holder === null) return;
    for (const name of secretFields) this.secret(name, Reflect.get(holder, name));
  }
}

/** The leaks of the running spec file. */
export const leaks = new Leaks();

/** Takes what is written to the console as logged too. */
export function watchConsole(): void {
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    const original = console[name].bind(console);
    console[name] = (...values: unknown[]): void => {
      leaks.logged.push(format(...values));
      original(...values);
    };
  }
}

/** What `encodeURIComponent` has written, or the text itself where it is none of its. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
