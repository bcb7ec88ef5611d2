import type { TestingModuleBuilder } from '@nestjs/testing';
import { MODULE_OPTIONS_TOKEN } from '../logto.module-definition.js';
import type { LogtoModuleOptions } from '../options/logto-module-options.js';
import { refuseProduction } from './refuse-production.js';
import { assertPossible } from './signed-in-as.js';
import { standInProviders } from './stand-in/stand-in-providers.js';
import type { TestVisitorDefaults } from './test-visitors.js';

/** How {@link useLogtoTesting} sets an app up. */
export interface UseLogtoTestingOptions extends TestVisitorDefaults {
  /**
   * Options in place of the app's own, for an app whose factory throws without its environment: it is then not
   * called. Default: the app's own.
   */
  options?: Partial<LogtoModuleOptions>;
}

/**
 * Takes Logto away from an app that imports `LogtoModule` already, and leaves everything else as it is. The
 * app's own options decide which scopes and resources are asked for; what differs per deployment (`endpoint`,
 * `appId`, `baseUrl`, secrets) may be missing.
 *
 * ```ts
 * const module = await useLogtoTesting(Test.createTestingModule({ imports: [AppModule] })).compile();
 * ```
 * @returns the builder, for `compile()` and further overrides
 * @throws LogtoTestingError `production_refused`, `invalid_user`
 */
export function useLogtoTesting(
  builder: TestingModuleBuilder,
  { user, as, options }: UseLogtoTestingOptions = {},
): TestingModuleBuilder {
  refuseProduction();
  if (user) assertPossible(user);
  if (options) builder.overrideProvider(MODULE_OPTIONS_TOKEN).useValue(options);
  for (const { provide, inject, useFactory } of standInProviders({ user, as })) {
    builder.overrideProvider(provide).useFactory({ factory: useFactory, inject: [...(inject ?? [])] });
  }
  return builder;
}
