import { inspect, type InspectOptions } from 'node:util';
import { HttpException, HttpStatus } from '@nestjs/common';
import type { LogtoErrorCode } from './logto.error-codes.js';

/** What a {@link LogtoException} is made of. */
export interface LogtoExceptionInit {
  /** HTTP status the exception answers with when nobody catches it. Default: 500. */
  status?: number;
  /** Whether the same call may succeed later: network, timeout, 5xx, a store that is down. Default: `false`. */
  transient?: boolean;
  /** What went wrong beneath, without tokens, codes or secrets. */
  cause?: unknown;
  /**
   * Whether it fails until an operator changes something, as with a wrong secret: nobody is asked to try again shortly.
   * Default: with status 500.
   */
  needsOperator?: boolean;
  /**
   * What a visitor or an API's client reads in production, where `message` speaks to the operator. Default: `message`
   * below 500, a general sentence from there on and with `needsOperator`.
   */
  publicMessage?: string;
  /** Further members of the problem body (RFC 9457). */
  extensions?: Record<string, unknown>;
}

/**
 * The base of every error that this library throws. It is an `HttpException`, so an exception that nobody
 * catches answers with a fitting status and an RFC 9457 problem body.
 */
export class LogtoException extends HttpException {
  /** Stable name of what went wrong. */
  readonly code: LogtoErrorCode;

  /** Whether the same call may succeed later. A transient failure never signs anybody out. */
  readonly transient: boolean;

  /** Whether it keeps failing until an operator changes something. If it is also `transient`, users stay signed in. */
  readonly needsOperator: boolean;

  /** What anybody may read: it names no remedy that only an operator can apply. */
  readonly publicMessage: string;

  /**
   * What a visitor or an API's client reads: the page's text, and `detail` of the problem body. In production it is
   * `publicMessage`, everywhere else `message`.
   */
  readonly detail: string;

  constructor(code: LogtoErrorCode, message: string, init: LogtoExceptionInit = {}) {
    const status = init.status ?? HttpStatus.INTERNAL_SERVER_ERROR;
    const needsOperator = init.needsOperator ?? status === 500;
    const publicMessage =
      init.publicMessage ?? (needsOperator ? askOperator : publicMessages[status]) ?? message;
    const detail = process.env.NODE_ENV === 'production' ? publicMessage : message;
    super(problemBody(code, detail, status, init.extensions), status, { cause: init.cause });
    this.code = code;
    this.transient = init.transient ?? false;
    this.needsOperator = needsOperator;
    this.publicMessage = publicMessage;
    this.detail = detail;
    this.message = message;
    this.name = new.target.name;
  }

  /**
   * What GraphQL tells of it, over HTTP and WebSocket alike: `code` as Apollo has it, and the problem body as
   * `originalError`, as @nestjs/graphql does with every `HttpException`.
   */
  get extensions(): { code: string; originalError: string | object } {
    return {
      code: graphqlCodes[this.getStatus()] ?? 'INTERNAL_SERVER_ERROR',
      originalError: this.getResponse(),
    };
  }

  /** What the console and Nest's logger show: everything once, where `HttpException` repeats itself. */
  [inspect.custom](_depth: number, options: InspectOptions, print: typeof inspect): string {
    const { code, transient, cause } = this;
    return `${this.stack} ${print({ code, transient, ...(cause === undefined ? {} : { cause }) }, options)}`;
  }
}

/** One mistake in the module's options. */
export interface LogtoOptionsProblem {
  /** The option, as a path: `http.timeout`. */
  option: string;
  /** What is wrong and what to do about it. */
  remedy: string;
}

/** The module cannot start in this app. */
export class LogtoSetupException extends LogtoException {
  /** What is wrong alone: where it was found says nothing about it. */
  override [inspect.custom](): string {
    return `${this.name}: ${this.message}`;
  }
}

/** The options cannot work. Thrown at start with every mistake at once. `code`: `invalid_options`. */
export class LogtoOptionsException extends LogtoSetupException {
  readonly problems: readonly LogtoOptionsProblem[];

  constructor(problems: readonly LogtoOptionsProblem[]) {
    const lines = problems.map(({ option, remedy }) => `  - ${option}: ${remedy}`);
    super('invalid_options', `LogtoModule cannot start, its options need attention:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

/**
 * Nobody is signed in where somebody has to be. `code`: `not_authenticated`. The status is 401, or 302/303
 * with the `Location` header already set on the response, so that a catch-all filter of the app that only
 * reads `getStatus()` still sends the visitor to the sign-in.
 */
export class LogtoUnauthenticatedException extends LogtoException {
  /** Where the visitor is sent, when the answer is a redirect. */
  readonly redirectTo: string | undefined;

  constructor(
    init: {
      status?: 302 | 303 | 401;
      redirectTo?: string;
      cause?: unknown;
      code?: LogtoErrorCode;
      message?: string;
      publicMessage?: string;
      extensions?: Record<string, unknown>;
    } = {},
  ) {
    super(init.code ?? 'not_authenticated', init.message ?? 'Nobody is signed in. Sign in and try again.', {
      status: init.status ?? HttpStatus.UNAUTHORIZED,
      cause: init.cause,
      ...(init.publicMessage !== undefined && { publicMessage: init.publicMessage }),
      ...(init.extensions && { extensions: init.extensions }),
    });
    this.redirectTo = init.redirectTo;
  }
}

function problemBody(
  code: LogtoErrorCode,
  detail: string,
  status: number,
  extensions: Record<string, unknown> = {},
): Record<string, unknown> {
  return { type: 'about:blank', title: titles[status] ?? 'Error', status, code, detail, ...extensions };
}

/** What visitors read in production about failures that only an operator can end. */
const askOperator =
  'This application is not set up correctly. Please contact its operator; the details are in the log.';

/** What they read about the others that are not theirs. */
const publicMessages: Record<number, string> = {
  503: 'This is not available at the moment. Please try again shortly.',
};

const graphqlCodes: Record<number, string> = { 400: 'BAD_REQUEST', 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN' };

const titles: Record<number, string> = {
  302: 'Found',
  303: 'See Other',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};
