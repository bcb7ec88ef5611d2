import type { DynamicModule } from '@nestjs/common';
import { LogtoModule } from '../logto.module.js';
import type { LogtoModuleExtras, LogtoModuleOptions } from '../options/logto-module-options.js';
import { UserScope } from '../options/logto-constants.js';
import { defaultApplication, onlyAcceptsBearerTokens } from './options-for-tests.js';
import { refuseProduction } from './refuse-production.js';
import { defaultResource } from './fake/fake-logto.js';
import { fakeClasses, fakeOptions } from './fake/fake-providers.js';
import { assertValidUser } from './signed-in-as.js';
import type { TestSignInDefaults } from './test-sign-ins.js';

/** Options of {@link LogtoTestingModule.forRoot}: those of `LogtoModule`, all optional, and a user. */
export interface LogtoTestingModuleOptions
  extends TestSignInDefaults, Partial<LogtoModuleOptions>, LogtoModuleExtras {}

/**
 * `LogtoModule` for tests: the same guards, decorators, requirements and routes, with a fake Logto in the same
 * process. No network, no Logto, no emulator.
 */
export class LogtoTestingModule {
  /**
   * Registers `LogtoModule` in a test that does not import the app's own. For an app that already calls `forRoot`,
   * use {@link useLogtoTesting}.
   *
   * ```ts
   * const module = await Test.createTestingModule({
   *   imports: [LogtoTestingModule.forRoot({ user: { sub: 'ada', roles: ['admin'] } })],
   *   controllers: [OrdersController],
   * }).compile();
   * ```
   * @param options `user`: signs in all requests without `signedInAs` or `anonymous`. `scopes`, `resources` and
   * `api`: the same as in the app. Without them, the app may request everything.
   * @throws LogtoTestingError `production_refused`, `invalid_user`
   */
  static forRoot({ user, as, ...options }: LogtoTestingModuleOptions = {}): DynamicModule {
    refuseProduction();
    if (user) assertValidUser(user);
    const { resources = resourcesOf(user) } = options;
    const definition = LogtoModule.forRoot({
      endpoint: '',
      ...(!onlyAcceptsBearerTokens(options) && {
        scopes: Object.values(UserScope),
        resources,
        api: { audience: resources },
        // Without it the module would register no routes.
        baseUrl: defaultApplication.baseUrl,
      }),
      ...options,
    });
    const setup = { user, as, allPermissions: options.scopes === undefined };
    return {
      ...definition,
      providers: [...(definition.providers ?? []), fakeOptions(setup), ...fakeClasses],
    };
  }
}

/** The resources in the user's permissions, for a test that does not list those of the app. */
function resourcesOf(user: LogtoTestingModuleOptions['user']): string[] {
  const named = user?.scopes && !Array.isArray(user.scopes) ? Object.keys(user.scopes) : [];
  return named.length > 0 ? named : [defaultResource];
}
