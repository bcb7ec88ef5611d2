import type { RequirementOptions } from '../requirements/requirement.js';

/** A scope (RFC 6749 section 3.3). Several in one string would be a scope that no user has. */
export const scopeName = { pattern: /^[\x21\x23-\x5b\x5d-\x7e]+$/, rule: 'scopes without spaces or quotes' };

/** The name of a role may consist of several words. */
export const roleName = { pattern: /^\S(?:.*\S)?$/, rule: 'names of roles' };

/**
 * Parses a decorator's arguments: names, optionally followed by options.
 * @throws TypeError when there is no name, or a name or an option is wrong: a route without a requirement would be open
 */
export function parseArguments<T extends RequirementOptions>(
  decorator: string,
  given: readonly (string | T)[],
  name: { pattern: RegExp; rule: string },
  allowed: readonly string[] = ['mode'],
): { names: string[]; mode: 'all' | 'any'; options: T } {
  const last = given.at(-1);
  const hasOptions = typeof last === 'object' && last !== null && !Array.isArray(last);
  const options = (hasOptions ? last : {}) as T;
  const names = (hasOptions ? given.slice(0, -1) : given) as readonly unknown[];
  if (names.length === 0) throw new TypeError(`@${decorator}() needs at least one name.`);
  if (!names.every((one): one is string => typeof one === 'string' && name.pattern.test(one))) {
    throw new TypeError(`@${decorator}() takes ${name.rule}, each as a separate argument.`);
  }
  const unknown = Object.keys(options).find((key) => !allowed.includes(key));
  if (unknown !== undefined) throw new TypeError(`@${decorator}() has no option "${unknown}".`);
  const { mode = 'all' } = options;
  if (mode !== 'all' && mode !== 'any') throw new TypeError(`@${decorator}(): mode is "all" or "any".`);
  return { names: [...names], mode, options };
}
