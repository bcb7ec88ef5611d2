import type { TestingModuleBuilder } from '@nestjs/testing';
import { MODULE_OPTIONS_TOKEN } from '../logto.module-definition.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { LogtoModuleOptions } from '../options/logto-module-options.js';
import { refuseProduction } from './refuse-production.js';
import { assertValidUser } from './signed-in-as.js';
import { fakeClasses, fakeOptions } from './fake/fake-providers.js';
import type { TestSignInDefaults } from './test-sign-ins.js';

/** Options of {@link useLogtoTesting}. */
export interface UseLogtoTestingOptions extends TestSignInDefaults {
  /**
   * Replaces the app's options, for an app whose factory throws without its environment. The factory is then not
   * called. Default: the app's options.
   */
  options?: Partial<LogtoModuleOptions>;
}

/**
 * Replaces Logto in an app that already imports `LogtoModule`, and leaves everything else as it is. The app's own
 * options determine the requested scopes and resources. Deployment settings (`endpoint`, `appId`, `baseUrl`,
 * secrets) may be missing.
 *
 * ```ts
 * const module = await useLogtoTesting(Test.createTestingModule({ imports: [AppModule] })).compile();
 * ```
 * @returns the builder, for `compile()` and more overrides
 * @throws LogtoTestingError `production_refused`, `invalid_user`
 */
export function useLogtoTesting(
  builder: TestingModuleBuilder,
  { user, as, options }: UseLogtoTestingOptions = {},
): TestingModuleBuilder {
  refuseProduction();
  if (user) assertValidUser(user);
  if (options) builder.overrideProvider(MODULE_OPTIONS_TOKEN).useValue(options);
  const { useFactory: factory, inject = [] } = fakeOptions({ user, as });
  builder.overrideProvider(ResolvedLogtoOptions).useFactory({ factory, inject: [...inject] });
  for (const { provide, useClass } of fakeClasses) builder.overrideProvider(provide).useClass(useClass);
  return builder;
}
