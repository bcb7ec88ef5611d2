import type { DynamicModule } from '@nestjs/common';
import { LogtoModule } from '../logto.module.js';
import type { LogtoModuleExtras, LogtoModuleOptions } from '../options/logto-module-options.js';
import { UserScope } from '../options/logto-constants.js';
import { takesBearerTokensAlone, unnamedApplication } from './options-for-tests.js';
import { refuseProduction } from './refuse-production.js';
import { unnamedResource } from './stand-in/stand-in-logto.js';
import { standInProviders } from './stand-in/stand-in-providers.js';
import { assertPossible } from './signed-in-as.js';
import type { TestVisitorDefaults } from './test-visitors.js';

/** Options of {@link LogtoTestingModule.forRoot}: all of the module's own are taken too, none is required. */
export interface LogtoTestingModuleOptions
  extends TestVisitorDefaults, Partial<LogtoModuleOptions>, LogtoModuleExtras {}

/**
 * `LogtoModule` for tests: the same guards, decorators, requirements and routes, and nobody at the other end.
 * No network, no Logto, no emulator.
 */
export class LogtoTestingModule {
  /**
   * Registers `LogtoModule` in a test, where the app's own is not imported. For an app that has its `forRoot`
   * already there is {@link useLogtoTesting}.
   *
   * ```ts
   * const module = await Test.createTestingModule({
   *   imports: [LogtoTestingModule.forRoot({ user: { sub: 'ada', roles: ['admin'] } })],
   *   controllers: [OrdersController],
   * }).compile();
   * ```
   * @param options `user`: whose all requests are, unless `signedInAs` or `anonymous` says otherwise. `scopes`,
   * `resources` and `api` as in the app; left out, the app counts as having asked for everything.
   * @throws LogtoTestingError `production_refused`, `invalid_user`
   */
  static forRoot({ user, as, ...options }: LogtoTestingModuleOptions = {}): DynamicModule {
    refuseProduction();
    if (user) assertPossible(user);
    const { resources = resourcesOf(user) } = options;
    const definition = LogtoModule.forRoot({
      endpoint: '',
      ...(!takesBearerTokensAlone(options) && {
        scopes: Object.values(UserScope),
        resources,
        api: { audience: resources },
        // Without it the module would bring no routes.
        baseUrl: unnamedApplication.baseUrl,
      }),
      ...options,
    });
    const setup = { user, as, everyPermission: options.scopes === undefined };
    return { ...definition, providers: [...(definition.providers ?? []), ...standInProviders(setup)] };
  }
}

/** Where a test does not name the app's resources, its user may. */
function resourcesOf(user: LogtoTestingModuleOptions['user']): string[] {
  const named = user?.scopes && !Array.isArray(user.scopes) ? Object.keys(user.scopes) : [];
  return named.length > 0 ? named : [unnamedResource];
}
