import type { LogtoModuleExtras } from '../logto-module-options.js';

/** The module's extras with every default filled in. */
export type ResolvedExtras = Readonly<Required<LogtoModuleExtras>>;

/** Fills in the defaults. It picks the extras, because Nest also passes the options, with their secrets. */
export function resolveExtras(given: LogtoModuleExtras = {}): ResolvedExtras {
  return {
    global: given.global ?? true,
    authRoutesPrefix: given.authRoutesPrefix ?? 'logto',
    authRoutes: given.authRoutes ?? true,
    authRoutesDecorators: given.authRoutesDecorators ?? [],
  };
}
