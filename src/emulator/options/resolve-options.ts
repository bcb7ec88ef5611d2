import type { z } from 'zod';

import { LogtoEmulatorError } from '../logto-emulator-error.js';
import { findMistakes } from './find-mistakes.js';
import type { LogtoEmulatorOptions } from './logto-emulator-options.js';
import { optionsSchema, userSchema, type ResolvedOptions } from './logto-emulator-schema.js';
import { withManagementApi } from './management-api.js';

/** Validates the options and applies the defaults. @throws `invalid_options` with every mistake */
export function resolveOptions(options: LogtoEmulatorOptions): ResolvedOptions {
  const resolved = withManagementApi(parseOrThrow(optionsSchema, options));
  throwMistakes(findMistakes(resolved));
  return resolved;
}

/** @throws `invalid_options` with every mistake that `schema` finds */
export function parseOrThrow<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const isUser = (path: readonly PropertyKey[]) =>
      path.length === 0 ? schema === (userSchema as z.ZodType) : path.length === 2 && path[0] === 'users';
    throw invalidOptions(parsed.error.issues.flatMap((issue) => describeIssue(issue, isUser(issue.path))));
  }
  return parsed.data;
}

/** @throws `invalid_options` if there are any mistakes */
export function throwMistakes(mistakes: string[]): void {
  if (mistakes.length > 0) throw invalidOptions(mistakes);
}

function invalidOptions(mistakes: string[]): LogtoEmulatorError {
  return new LogtoEmulatorError(
    'invalid_options',
    `The emulator's options are invalid:\n${mistakes.map((mistake) => `- ${mistake}`).join('\n')}`,
  );
}

/** Describes an issue that zod found, with its path as in code. */
function describeIssue(issue: z.core.$ZodIssue, isUser: boolean): string[] {
  const path = issue.path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');
  if (issue.code !== 'unrecognized_keys') return [`\`${path || 'options'}\`: ${issue.message}`];
  return issue.keys.map((key) => {
    const intended = isUser ? optionsByClaim[key] : undefined;
    const remedy =
      intended === undefined ? 'remove it or correct the spelling' : `did you mean \`${intended}\`?`;
    return `\`${path ? `${path}.` : ''}${key}\`: there is no such option; ${remedy}`;
  });
}

/** The options of a user, by their claims. */
const optionsByClaim: Partial<Record<string, string>> = {
  email: 'primaryEmail',
  phone: 'primaryPhone',
  phone_number: 'primaryPhone',
  picture: 'avatar',
  custom_data: 'customData',
};
