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

/**
 * Reads a decorator's arguments: names, and options as the last one.
 * @throws TypeError when there is no name, one is empty, or the options are none: at definition, for a route
 * that asks for nothing would stand open
 */
export function namesAndOptions<T extends RequirementOptions>(
  decorator: string,
  given: readonly (string | T)[],
  allowed: readonly string[] = ['mode'],
): { names: string[]; mode: 'all' | 'any'; options: T } {
  const last = given.at(-1);
  const options = (typeof last === 'object' && last !== null ? last : {}) as T;
  const names = (
    typeof last === 'object' && last !== null ? given.slice(0, -1) : given
  ) as readonly unknown[];
  if (names.length === 0) throw new TypeError(`@${decorator}() needs at least one name.`);
  if (!names.every((name): name is string => typeof name === 'string' && /^\S+$/.test(name))) {
    throw new TypeError(`@${decorator}() takes names without spaces, each an argument of its own.`);
  }
  const unknown = Object.keys(options).find((key) => !allowed.includes(key));
  if (unknown !== undefined) throw new TypeError(`@${decorator}() has no option "${unknown}".`);
  const { mode = 'all' } = options;
  if (mode !== 'all' && mode !== 'any') throw new TypeError(`@${decorator}(): mode is "all" or "any".`);
  return { names: [...names] as string[], mode, options };
}
