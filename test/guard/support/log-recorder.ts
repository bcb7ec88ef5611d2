import { Logger, type LoggerService } from '@nestjs/common';
import { leaks } from '../../support/runner/leaks.js';

/** A logger that records each line with its level. */
export class LogRecorder implements LoggerService {
  readonly lines: { level: string; text: string }[] = [];

  log(message: unknown): void {
    this.record('log', message);
  }

  debug(message: unknown): void {
    this.record('debug', message);
  }

  warn(message: unknown): void {
    this.record('warn', message);
  }

  error(message: unknown): void {
    this.record('error', message);
  }

  /** The messages that were logged as errors. */
  get errors(): string[] {
    return this.lines.filter(({ level }) => level === 'error').map(({ text }) => text);
  }

  /** The messages that were logged as warnings. */
  get warnings(): string[] {
    return this.lines.filter(({ level }) => level === 'warn').map(({ text }) => text);
  }

  /** Turns the logger of Nest off again. */
  stop(): void {
    Logger.overrideLogger(false);
  }

  private record(level: string, message: unknown): void {
    this.lines.push({ level, text: String(message) });
    leaks.log(message);
  }
}
