import type { z } from 'zod';

import { crossCheck } from './cross-check.js';
import { LogtoEmulatorError } from './logto-emulator-error.js';
import type { LogtoEmulatorOptions } from './logto-emulator-options.js';
import { optionsSchema, type ResolvedOptions } from './logto-emulator-schema.js';

/** Fills in the defaults, or throws one error that names every mistake. */
export function resolveOptions(options: LogtoEmulatorOptions): ResolvedOptions {
  const resolved = parseOrThrow(optionsSchema, options);
  throwMistakes(crossCheck(resolved));
  return resolved;
}

/** What `schema` makes of `value`, or one error for all that it refuses. */
export function parseOrThrow<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw invalidOptions(parsed.error.issues.map((issue) => describeIssue(issue)));
  }
  return parsed.data;
}

/** Throws one error for all mistakes, if there are any. */
export function throwMistakes(mistakes: string[]): void {
  if (mistakes.length > 0) {
    throw invalidOptions(mistakes);
  }
}

/** One `invalid_options` error for all of `mistakes`. */
function invalidOptions(mistakes: string[]): LogtoEmulatorError {
  return new LogtoEmulatorError(
    'invalid_options',
    `The emulator's options are wrong:\n${mistakes.map((mistake) => `- ${mistake}`).join('\n')}`,
  );
}

/** Words for what zod found, with the path as one would write it. */
function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => `\`${path ? `${path}.` : ''}${key}\``).join(', ');
    return `${names}: there is no such option; remove it or look for a typing mistake`;
  }
  return `\`${path || 'options'}\`: ${issue.message}`;
}
