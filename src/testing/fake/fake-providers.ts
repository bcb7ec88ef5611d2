import type { ClassProvider, FactoryProvider } from '@nestjs/common';
import { StartupDiagnosis } from '../../bootstrap/startup-diagnosis.js';
import { LocalUsers } from '../../hooks/local-users.js';
import { LOGTO_EXTRAS, MODULE_OPTIONS_TOKEN } from '../../logto.module-definition.js';
import { resolveLogtoOptions } from '../../options/resolve/resolve-logto-options.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import type { LogtoModuleOptions } from '../../options/logto-module-options.js';
import type { ResolvedExtras } from '../../options/resolve/resolve-extras.js';
import { SessionMount } from '../../session/session-mount.js';
import { Sessions } from '../../session/sessions.js';
import { TokenRecords } from '../../store/token-records.js';
import { optionsForTests } from '../options-for-tests.js';
import { FakeEndpoints } from './fake-endpoints.js';
import { FakeLocalUsers } from './fake-local-users.js';
import { FakeLogto, type FakeLogtoOptions } from './fake-logto.js';
import { FakeSessionMount } from './fake-session-mount.js';
import { FakeSessions } from './fake-sessions.js';
import { FakeTokenRecords } from './fake-token-records.js';

/** The real one would diagnose the fake Logto. */
class NoStartupDiagnosis {}

/**
 * The classes of `LogtoModule` that tests replace, which determine the sign-in of a request. They inherit the
 * constructors of the originals, so Nest injects the same. Guards, decorators, requirements and the OpenID client are the
 * same as in production.
 */
export const fakeClasses: readonly ClassProvider[] = [
  { provide: LocalUsers, useClass: FakeLocalUsers },
  { provide: TokenRecords, useClass: FakeTokenRecords },
  { provide: Sessions, useClass: FakeSessions },
  { provide: SessionMount, useClass: FakeSessionMount },
  { provide: StartupDiagnosis, useClass: NoStartupDiagnosis },
];

/** The options of the module in tests, with a fake Logto in place of the endpoint. */
export function fakeOptions(setup: FakeLogtoOptions): FactoryProvider<ResolvedLogtoOptions> {
  return {
    provide: ResolvedLogtoOptions,
    inject: [MODULE_OPTIONS_TOKEN, LOGTO_EXTRAS],
    useFactory: (appOptions: LogtoModuleOptions, extras: ResolvedExtras) => {
      const forTests = optionsForTests(appOptions, (...call) => endpoints.fetch(...call));
      const options = resolveLogtoOptions(forTests, extras);
      // Looks up `fetch` at each call, for tests that replace the global one.
      const endpoints = new FakeEndpoints(new FakeLogto(options, setup), (...call) =>
        (appOptions?.http?.fetch ?? fetch)(...call),
      );
      return options;
    },
  };
}
