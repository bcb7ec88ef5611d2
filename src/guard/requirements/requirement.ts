import type { OrganizationSource } from './organization-source.js';

/** Whether all of the names are needed, or one is enough. */
export interface RequirementOptions {
  /** Default: `'all'`. */
  mode?: 'all' | 'any';
}

/** Whose token's scopes count. */
export interface ScopeRequirementOptions extends RequirementOptions {
  /** The API resource. Default: the only `api.audience`, else the only one of `resources`. */
  resource?: string;
}

/** Something that a user has to have to pass, beyond being there. */
export type Requirement =
  | { kind: 'scopes'; names: readonly string[]; mode: 'all' | 'any'; resource: string | undefined }
  | { kind: 'roles'; names: readonly string[]; mode: 'all' | 'any' }
  | { kind: 'organization'; from: OrganizationSource }
  | { kind: 'organizationRoles'; names: readonly string[]; mode: 'all' | 'any' }
  | { kind: 'organizationScopes'; names: readonly string[]; mode: 'all' | 'any' }
  | { kind: 'recentSignIn'; maxAge: number };

export const requirementsMetadata = 'nestjs-logto:requirements';

/** A decorator that adds a requirement to those that the class or handler has already. */
export function requires(requirement: Requirement): ClassDecorator & MethodDecorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const subject = (descriptor?.value ?? target) as object;
    const present = (Reflect.getOwnMetadata(requirementsMetadata, subject) ?? []) as Requirement[];
    Reflect.defineMetadata(requirementsMetadata, [...present, requirement], subject);
  };
}

/** A scope (RFC 6749 section 3.3): several in one string would be one that nobody has. */
export const scopeName = { pattern: /^[\x21\x23-\x5b\x5d-\x7e]+$/, rule: 'scopes without spaces or quotes' };

/** A role may have a name of several words. */
export const roleName = { pattern: /^\S(?:.*\S)?$/, rule: 'names of roles' };

/**
 * Reads a decorator's arguments: names, and options as the last one.
 * @throws TypeError when there is no name, one cannot be one, or the options are none: at definition, for a
 * route that asks for nothing would stand open
 */
export function namesAndOptions<T extends RequirementOptions>(
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
    throw new TypeError(`@${decorator}() takes ${name.rule}, each an argument of its own.`);
  }
  const unknown = Object.keys(options).find((key) => !allowed.includes(key));
  if (unknown !== undefined) throw new TypeError(`@${decorator}() has no option "${unknown}".`);
  const { mode = 'all' } = options;
  if (mode !== 'all' && mode !== 'any') throw new TypeError(`@${decorator}(): mode is "all" or "any".`);
  return { names: [...names], mode, options };
}
