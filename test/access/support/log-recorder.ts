import { Logger, type LoggerService } from '@nestjs/common';
import { leaks } from '../../support/leaks.js';

/** Keeps what the app logs, by level. */
export class LogRecorder implements LoggerService {
  readonly lines: { level: string; text: string }[] = [];

  log(message: unknown): void {
    this.keep('log', message);
  }

  debug(message: unknown): void {
    this.keep('debug', message);
  }

  warn(message: unknown): void {
    this.keep('warn', message);
  }

  error(message: unknown): void {
    this.keep('error', message);
  }

  /** What was logged as errors. */
  get errors(): string[] {
    return this.lines.filter(({ level }) => level === 'error').map(({ text }) => text);
  }

  /** What was logged as warnings. */
  get warnings(): string[] {
    return this.lines.filter(({ level }) => level === 'warn').map(({ text }) => text);
  }

  /** Lets the app be silent again. */
  stop(): void {
    Logger.overrideLogger(false);
  }

  private keep(level: string, message: unknown): void {
    this.lines.push({ level, text: String(message) });
    leaks.log(message);
  }
}
