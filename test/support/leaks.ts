import { format, inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import type { LogtoEmulator } from 'nestjs-logto/emulator';

/** Shorter values than this stand in texts by chance. */
const shortestSecret = 12;

/**
 * What one test has let out, and what must not be in it: logs of every level and error answers on one side,
 * tokens, codes, verifiers, states, cookies and client secrets on the other.
 */
class Leaks implements LoggerService {
  /** What was logged. */
  readonly logged: string[] = [];
  private readonly answers: string[] = [];
  private readonly secrets = new Map<string, string>();
  private readonly issuers = new Set<LogtoEmulator>();

  log = this.keep;
  error = this.keep;
  warn = this.keep;
  debug = this.keep;
  verbose = this.keep;
  fatal = this.keep;

  /** Something that nobody may log. */
  secret(kind: string, value: string | null | undefined): void {
    if (value && value.length >= shortestSecret) this.secrets.set(value, kind);
  }

  /** An issuer whose requests hold secrets. */
  watch(issuer: LogtoEmulator): void {
    this.issuers.add(issuer);
  }

  /** Cookies are secrets, and so is what comes back from the sign-in. */
  cookie(header: string): void {
    this.secret('cookie', decodeURIComponent(header.split(';')[0]?.split('=').slice(1).join('=') ?? ''));
  }

  /** An answer that nobody asked for tokens with. */
  errorAnswer(text: string): void {
    this.answers.push(text);
  }

  /** @throws Error that names the kind of what leaked, and where */
  check(): void {
    for (const issuer of this.issuers) this.learnFrom(issuer);
    const found = [...this.secrets].flatMap(([value, kind]) => [
      ...this.logged.filter((line) => line.includes(value)).map((line) => `a log holds a ${kind}: ${line}`),
      ...this.answers
        .filter((text) => text.includes(value))
        .map((text) => `an error answer holds a ${kind}: ${text}`),
    ]);
    this.logged.length = 0;
    this.answers.length = 0;
    if (found.length > 0) throw new Error(found.join('\n'));
  }

  private keep(...values: unknown[]): void {
    this.logged.push(
      values.map((value) => (typeof value === 'string' ? value : inspect(value, { depth: 8 }))).join(' '),
    );
  }

  private learnFrom(issuer: LogtoEmulator): void {
    for (const { body, headers } of issuer.requests()) {
      for (const name of [
        'code',
        'code_verifier',
        'refresh_token',
        'token',
        'subject_token',
        'client_secret',
      ]) {
        this.secret(name, body[name]);
      }
      this.secret('authorization header', headers.authorization?.replace(/^\S+ /, ''));
    }
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
