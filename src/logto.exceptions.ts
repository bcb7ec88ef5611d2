import { STATUS_CODES } from 'node:http';
import { inspect, type InspectOptions } from 'node:util';
import { HttpException, HttpStatus } from '@nestjs/common';
import { errorHelp, optionsHelp } from './help-pages.js';
import type { LogtoErrorCode } from './logto.error-codes.js';

/** Properties of a {@link LogtoException}. */
export interface LogtoExceptionInit {
  /** The HTTP status. Default: 500. */
  status?: number;
  /** Whether a retry may succeed, for example after a timeout or a 5xx. Default: `false`. */
  transient?: boolean;
  /** The underlying error, without tokens, codes or secrets. */
  cause?: unknown;
  /** Whether only an operator can fix it, such as a wrong secret. Default: `true` for status 500, else `false`. */
  needsOperator?: boolean;
  /**
   * The message for visitors and API clients in production; `message` is for the operator. Default: a general sentence from
   * status 500 on and with `needsOperator`, else `message`.
   */
  publicMessage?: string;
  /** The page that explains the error. Default: the section of the code in the reference of the error codes. */
  help?: string;
  /** Additional members of the problem details (RFC 9457). */
  problemExtensions?: Record<string, unknown>;
}

/**
 * The base class of all errors of this library. As an `HttpException`, it has a status, and problem details (RFC 9457) as
 * its response.
 */
export class LogtoException extends HttpException {
  /** The error code. It is stable. */
  readonly code: LogtoErrorCode;

  /** Whether a retry may succeed. A transient error does not sign users out. */
  readonly transient: boolean;

  /** Whether only an operator can fix it. If it is also `transient`, users stay signed in. */
  readonly needsOperator: boolean;

  /** The message for visitors and API clients. */
  readonly publicMessage: string;

  /** The text of error pages and `detail` of the problem details: `publicMessage` in production, else `message`. */
  readonly detail: string;

  /** The URL of the page that explains the error. Outside production it is a member of the problem details. */
  readonly help: string;

  /**
   * @param message for the operator and, outside production, for visitors and API clients: what happened and what to do
   */
  constructor(code: LogtoErrorCode, message: string, init: LogtoExceptionInit = {}) {
    const status = init.status ?? HttpStatus.INTERNAL_SERVER_ERROR;
    const needsOperator = init.needsOperator ?? status === 500;
    const general = needsOperator ? operatorMessage : unavailableMessage;
    const publicMessage = init.publicMessage ?? (needsOperator || status >= 500 ? general : message);
    const help = init.help ?? errorHelp(code);
    const isProduction = process.env.NODE_ENV === 'production';
    const detail = isProduction ? publicMessage : message;
    const extensions = isProduction ? init.problemExtensions : { help, ...init.problemExtensions };
    super(problemBody(code, detail, status, extensions), status, { cause: init.cause });
    this.code = code;
    this.transient = init.transient ?? false;
    this.needsOperator = needsOperator;
    this.publicMessage = publicMessage;
    this.detail = detail;
    this.help = help;
    this.message = message;
    this.name = new.target.name;
  }

  /**
   * The `extensions` of a GraphQL error: `code` as in Apollo Server, and the problem details as `originalError`, as
   * @nestjs/graphql has it for an `HttpException`.
   */
  get extensions(): { code: string; originalError: string | object } {
    return {
      code: graphqlCodes[this.getStatus()] ?? 'INTERNAL_SERVER_ERROR',
      originalError: this.getResponse(),
    };
  }

  /** Prints every property once. An `HttpException` would repeat itself. */
  [inspect.custom](_depth: number, options: InspectOptions, print: typeof inspect): string {
    const { code, transient, cause } = this;
    return `${this.stack} ${print({ code, transient, ...(cause === undefined ? {} : { cause }) }, options)}`;
  }
}

/** Whether an error is a {@link LogtoException} with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly LogtoErrorCode[]): error is LogtoException {
  return error instanceof LogtoException && codes.includes(error.code);
}

/** Whether an error is a {@link LogtoException}, and a retry may succeed. */
export function isTransient(error: unknown): error is LogtoException {
  return error instanceof LogtoException && error.transient;
}

/** One mistake in the module's options. */
export interface LogtoOptionsProblem {
  /** The option, as a path: `http.timeout`. */
  option: string;
  /** What is wrong, and what to do. */
  remedy: string;
}

/** The module cannot start in this app. The message ends with the URL of the page that explains why. */
export class LogtoSetupException extends LogtoException {
  constructor(code: LogtoErrorCode, message: string, help: string = errorHelp(code)) {
    super(code, `${message}\nSee ${help}`, { help });
  }

  /** Prints the message without the stack, which says nothing about the mistake. */
  override [inspect.custom](): string {
    return `${this.name}: ${this.message}`;
  }
}

/** Thrown at startup, with all mistakes in the options. `code`: `invalid_options`. */
export class LogtoOptionsException extends LogtoSetupException {
  readonly problems: readonly LogtoOptionsProblem[];

  constructor(problems: readonly LogtoOptionsProblem[]) {
    const lines = problems.map(({ option, remedy }) => `  - ${option}: ${remedy}`);
    super(
      'invalid_options',
      `LogtoModule cannot start. Fix these options:\n${lines.join('\n')}`,
      optionsHelp,
    );
    this.problems = problems;
  }
}

/**
 * The user has to sign in (again). `code`: `not_authenticated`, `recent_sign_in_required`, `insufficient_authentication` or
 * `missing_refresh_token`. The status is 401. It is 302 or 303 if the `Location` header of the response is already set, so
 * that a catch-all filter of yours that uses `getStatus()` redirects to the sign-in.
 */
export class LogtoUnauthenticatedException extends LogtoException {
  /** Where the response redirects to. */
  readonly redirectTo: string | undefined;

  constructor(
    init: {
      status?: 302 | 303 | 401;
      redirectTo?: string;
      cause?: unknown;
      code?: LogtoErrorCode;
      message?: string;
      publicMessage?: string;
      problemExtensions?: Record<string, unknown>;
    } = {},
  ) {
    super(init.code ?? 'not_authenticated', init.message ?? 'You are not signed in. Sign in and try again.', {
      status: init.status ?? HttpStatus.UNAUTHORIZED,
      cause: init.cause,
      publicMessage: init.publicMessage,
      problemExtensions: init.problemExtensions,
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
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code, detail, ...extensions };
}

/** The public message of errors that only an operator can fix. */
const operatorMessage =
  'This application is not set up correctly. Please contact its operator; the details are in the log.';

/** The public message of other server errors. */
const unavailableMessage = 'This is not available at the moment. Please try again shortly.';

const graphqlCodes: Record<number, string> = { 400: 'BAD_REQUEST', 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN' };
