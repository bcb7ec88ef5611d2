import type { LogtoOptionsProblem } from '../../logto.exceptions.js';
import { combinationProblems } from './combination-problems.js';
import { resolveExtras, type ResolvedExtras } from './resolve-extras.js';
import type { LogtoModuleOptions } from '../logto-module-options.js';
import { logtoOptionsSchema } from '../schema/logto-options-schema.js';
import { routePath } from '../schema/option-schemas.js';

/** Every mistake in the options, each with its option and its remedy. */
export function optionsProblems(
  options: LogtoModuleOptions,
  extras: Pick<ResolvedExtras, 'authRoutesPrefix'>,
): LogtoOptionsProblem[] {
  const problems = [...shapeProblems(options), ...prefixProblems(extras.authRoutesPrefix)];
  if (typeof options !== 'object' || options === null) return problems;
  const reported = new Set(problems.map(({ option }) => option));
  return [...problems, ...combinationProblems(options, extras, reported)];
}

function shapeProblems(options: unknown): LogtoOptionsProblem[] {
  const result = logtoOptionsSchema.safeParse(options);
  return (result.error?.issues ?? []).flatMap((issue): LogtoOptionsProblem[] => {
    const path = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        option: path ? `${path}.${key}` : key,
        remedy: path ? 'is not an option of this module. Check its spelling.' : unknownOption(key),
      }));
    }
    return [{ option: path || 'options', remedy: issue.message }];
  });
}

function unknownOption(name: string): string {
  if (Object.hasOwn(resolveExtras(), name))
    return 'goes next to `useFactory` or `useClass`, not into the options that they return: it shapes the module itself.';
  const suggestion = Object.keys(logtoOptionsSchema.shape).find(
    (known) => normalized(known) === normalized(name),
  );
  return suggestion === undefined
    ? 'is not an option of this module. Check its spelling.'
    : `is not an option of this module. Did you mean \`${suggestion}\`?`;
}

function normalized(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

function prefixProblems(prefix: unknown): LogtoOptionsProblem[] {
  const { error } = routePath('logto').safeParse(prefix);
  return (error?.issues ?? []).map(({ message }) => ({ option: 'authRoutesPrefix', remedy: message }));
}
