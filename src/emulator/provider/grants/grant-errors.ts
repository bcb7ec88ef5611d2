import type { GrantEnvironment } from './grant-environment.js';

export function invalidTarget({ errors }: GrantEnvironment, description?: string): Error {
  return Object.assign(
    new errors.InvalidTarget(),
    description === undefined ? {} : { error_description: description },
  );
}

/** Logto answers 403 here, where OAuth has 400. */
export function accessDenied({ errors }: GrantEnvironment, description: string): Error {
  return Object.assign(new errors.AccessDenied(description), { statusCode: 403, status: 403 });
}
