import { format, inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import type { LogtoModuleOptions } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';

/** Shorter values occur in texts by chance. */
const shortestSecret = 12;

/** Longer responses contain no tokens. In bytes. */
const longestResponse = 256 * 1024;

/** Fields of requests to Logto, and of its responses, that contain secrets. */
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

/** Headers of error responses that have to contain a secret. */
const cookieHeaders = ['set-cookie'];

/**
 * Finds secrets where they must not be: tokens, codes, verifiers, states, nonces, cookies, session ids and configured secrets
 * in the logs of a test, in its error responses, its events and its telemetry.
 */
class Leaks implements LoggerService {
  /** What was logged. */
  readonly logged: string[] = [];
  private readonly errorResponses: string[] = [];
  private readonly published: string[] = [];
  private readonly secrets = new Map<string, string>();
  private readonly issuers = new Set<LogtoEmulator>();

  log = this.record;
  error = this.record;
  warn = this.record;
  debug = this.record;
  verbose = this.record;
  fatal = this.record;

  /** @param kind what the secret is, for the error */
  addSecret(kind: string, value: unknown): void {
    if (typeof value === 'string' && value.length >= shortestSecret) this.secrets.set(value, kind);
  }

  /** Adds the secrets in the options of an app. */
  addOptions({
    appSecret,
    cookieSecret,
    session,
    machineToMachine,
    webhooks,
    encryption,
  }: Partial<LogtoModuleOptions>): void {
    this.addSecret('client secret', appSecret);
    this.addSecret('cookie secret', cookieSecret);
    this.addSecret('machine secret', machineToMachine?.appSecret);
    for (const key of [webhooks?.signingKey].flat()) this.addSecret('webhook signing key', key);
    for (const key of encryption?.keys ?? []) this.addSecret('encryption key', key);
    for (const secret of [session?.secret].flat()) this.addSecret('session secret', secret);
  }

  /** Adds the secrets in the requests that an issuer receives, including those that it has cleared. */
  watchIssuer(issuer: LogtoEmulator): void {
    this.issuers.add(issuer);
    const reset = issuer.resetRequests.bind(issuer);
    issuer.resetRequests = () => {
      this.addRequestsOf(issuer);
      reset();
    };
  }

  /** @returns the same `fetch`, which adds the secrets in requests and responses, such as all tokens that Logto issues */
  watchFetch(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
    return async (input, init) => {
      const { body, headers } = init ?? {};
      if (body instanceof URLSearchParams) this.addFields(Object.fromEntries(body));
      this.addAuthorization(new Headers(headers).get('authorization'));
      const response = await fetch(input, init);
      // Not awaited: the response may be endless, or the app may never read it. A very long one is not cloned, because the app
      // cannot cancel it while the clone is read.
      const isShort = Number(response.headers.get('content-length') ?? 0) < longestResponse;
      if (isShort && response.headers.get('content-type')?.includes('json')) {
        response
          .clone()
          .json()
          .then((json: unknown) => this.addFields(json))
          .catch(() => undefined);
      }
      return response;
    };
  }

  /** Adds the secrets in the query of a URL. */
  addUrl(url: string): void {
    if (URL.canParse(url)) this.addFields(Object.fromEntries(new URL(url).searchParams));
  }

  /** Adds the credentials of the header `Authorization`, and the client secret in basic authentication. */
  addAuthorization(header: string | null | undefined): void {
    const [scheme = '', credentials] = header?.split(' ') ?? [];
    this.addSecret('authorization header', credentials);
    if (scheme.toLowerCase() !== 'basic' || credentials === undefined) return;
    const [, secret = ''] = Buffer.from(credentials, 'base64').toString().split(':');
    this.addSecret('client secret', decoded(secret));
  }

  /** Adds the value of a cookie, and the session id in it. */
  addCookie(header: string): void {
    const value = decoded(header.split(';')[0]?.split('=').slice(1).join('=') ?? '');
    this.addSecret('cookie', value);
    if (value.startsWith('s:')) this.addSecret('session id', value.slice(2, value.lastIndexOf('.')));
  }

  addErrorResponse(text: string, headers: Headers): void {
    const sent = [...headers].filter(([name]) => !cookieHeaders.includes(name));
    this.errorResponses.push([...sent.map(([name, value]) => `${name}: ${value}`), text].join('\n'));
  }

  /** The kinds of the secrets in the dump of a store, except for session ids and used nonces, which it has to contain. */
  secretKindsIn(text: string): string[] {
    for (const issuer of this.issuers) this.addRequestsOf(issuer);
    const found = [...this.secrets].filter(([value]) => text.includes(value)).map(([, kind]) => kind);
    return [...new Set(found)].filter((kind) => kind !== 'session id' && kind !== 'nonce').toSorted();
  }

  /** Adds what was published on a channel of `node:diagnostics_channel`, or exported as a span or a metric. */
  addTelemetry(value: unknown): void {
    this.published.push(inspect(value, { depth: 8, maxStringLength: null, maxArrayLength: null }));
  }

  /** @throws Error with the kind of each secret, and where it leaked */
  check(): void {
    for (const issuer of this.issuers) this.addRequestsOf(issuer);
    const found = [...this.secrets].flatMap(([value, kind]) => [
      ...this.logged
        .filter((line) => line.includes(value))
        .map((line) => `a log contains a ${kind}: ${line}`),
      ...this.errorResponses
        .filter((text) => text.includes(value))
        .map((text) => `an error response contains a ${kind}: ${text}`),
      ...this.published
        .filter((text) => text.includes(value))
        .map((text) => `an event, a span or a metric contains a ${kind}: ${text}`),
    ]);
    this.logged.length = 0;
    this.errorResponses.length = 0;
    this.published.length = 0;
    if (found.length > 0) throw new Error(found.join('\n'));
  }

  private record(...values: unknown[]): void {
    this.logged.push(
      values.map((value) => (typeof value === 'string' ? value : inspect(value, { depth: 8 }))).join(' '),
    );
  }

  private addRequestsOf(issuer: LogtoEmulator): void {
    for (const { query, body, headers } of issuer.requests()) {
      this.addFields(query);
      this.addFields(body);
      this.addAuthorization(headers.authorization);
    }
  }

  private addFields(holder: unknown): void {
    if (typeof holder !== 'object' || holder === null) return;
    for (const name of secretFields) this.addSecret(name, Reflect.get(holder, name));
  }
}

/** The detector of the running spec file, and the logger of its apps. */
export const leaks = new Leaks();

/** Also records what is written to the console. */
export function watchConsole(): void {
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    const original = console[name].bind(console);
    console[name] = (...values: unknown[]): void => {
      leaks.logged.push(format(...values));
      original(...values);
    };
  }
}

/** The decoded text, or the text itself if it is not URI-encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
