import { inspect } from 'node:util';
import { Injectable, Logger } from '@nestjs/common';
import { BoundedCache } from './bounded-cache.js';
import type { LogtoErrorCode } from './logto.error-codes.js';
import type { LogtoException } from './logto.exceptions.js';

/** `debug` for mistakes of visitors, `warn` or `error` for what an operator has to fix. */
export type LogLevel = 'debug' | 'warn' | 'error';

/** The minimum time between two lines about the same cause, in milliseconds. */
const interval = 60_000;

/** Codes of errors below 500 that an operator cannot fix. */
const visitorMistakes: ReadonlySet<LogtoErrorCode> = new Set<LogtoErrorCode>([
  'access_denied',
  'account_selection_required',
  'callback_invalid',
  'consent_required',
  'insufficient_authentication',
  'interaction_required',
  'invalid_request',
  'login_required',
  'not_a_navigation',
  'not_authenticated',
  'sign_in_refused',
  'sign_in_session.not_found',
  'user_not_allowed',
]);

/** The log for the operator. It has each cause at most once a minute, so that requests cannot flood it. */
@Injectable()
export class OperatorLog {
  private readonly logger = new Logger('LogtoModule');
  private readonly lines = new BoundedCache<{ readonly at: number; repeats: number }>({ max: 1000 });
  private readonly logged = new WeakSet<LogtoException>();

  /**
   * Logs an exception with its cause, once even if several callers log it. The line ends with the page that explains the
   * error, unless the level is `debug`.
   * @param level Default: by the status and the code of the exception.
   */
  exception(exception: LogtoException, level: LogLevel = levelOf(exception)): void {
    if (this.logged.has(exception)) return;
    this.logged.add(exception);
    const { code, message, help, cause } = exception;
    const link = level === 'debug' || message.endsWith(help) ? '' : ` See ${help}`;
    // With all nested causes: "fetch failed" alone does not help.
    const details = cause === undefined ? undefined : inspect(cause, { depth: 5 });
    this.write(level, `${code}: ${message}${link}`, { key: `${code} ${message} ${namesOf(cause)}`, details });
  }

  /**
   * Logs a message.
   * @param key identifies the cause, without its quoted parts, which a visitor may have chosen. Default: the message.
   * @param details what follows the message, such as a stack
   */
  write(
    level: LogLevel,
    message: string,
    { key = message, details }: { key?: string; details?: string | undefined } = {},
  ): void {
    const now = Date.now();
    const cause = key.replace(/"[^"]*"/g, '""');
    const last = this.lines.get(cause);
    if (last && now - last.at < interval) {
      last.repeats += 1;
      return;
    }
    const repeats =
      last && last.repeats > 0 ? ` (${last.repeats} more times since this was last logged)` : '';
    this.lines.set(cause, { at: now, repeats: 0 });
    if (level === 'error') this.logger.error(message + repeats, details);
    else this.logger[level](message + repeats + (details === undefined ? '' : `\n${details}`));
  }
}

function levelOf(exception: LogtoException): LogLevel {
  if (exception.getStatus() >= 500) return 'error';
  return visitorMistakes.has(exception.code) ? 'debug' : 'warn';
}

/** The names and messages of nested causes. Their stacks differ from request to request. */
function namesOf(cause: unknown, depth = 0): string {
  if (!(cause instanceof Error) || depth > 4) return '';
  return `${cause.name} ${cause.message} ${namesOf(cause.cause, depth + 1)}`;
}
