import type { z } from 'zod';

import { crossCheck } from './cross-check.js';
import { LogtoEmulatorError } from '../logto-emulator-error.js';
import type { LogtoEmulatorOptions } from './logto-emulator-options.js';
import { optionsSchema, userSchema, type ResolvedOptions } from './logto-emulator-schema.js';

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
    const isUser = (path: readonly PropertyKey[]) =>
      path.length === 0 ? schema === (userSchema as z.ZodType) : path.length === 2 && path[0] === 'users';
    throw invalidOptions(parsed.error.issues.flatMap((issue) => describeIssue(issue, isUser(issue.path))));
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
function describeIssue(issue: z.core.$ZodIssue, isUser: boolean): string[] {
  const path = issue.path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');
  if (issue.code !== 'unrecognized_keys') {
    return [`\`${path || 'options'}\`: ${issue.message}`];
  }
  return issue.keys.map((key) => {
    const meant = isUser ? optionsByClaim[key] : undefined;
    const remedy =
      meant === undefined ? 'remove it or look for a typing mistake' : `did you mean \`${meant}\`?`;
    return `\`${path ? `${path}.` : ''}${key}\`: there is no such option; ${remedy}`;
  });
}

/** What a user has, by the claim that tells it. */
const optionsByClaim: Partial<Record<string, string>> = {
  email: 'primaryEmail',
  phone: 'primaryPhone',
  phone_number: 'primaryPhone',
  picture: 'avatar',
  custom_data: 'customData',
};
