import type { FactoryProvider } from '@nestjs/common';
import { StartupDiagnosis } from '../../bootstrap/startup-diagnosis.js';
import { HookRegistry } from '../../hooks/hook-registry.js';
import { LocalUsers } from '../../hooks/local-users.js';
import { LOGTO_EXTRAS, MODULE_OPTIONS_TOKEN } from '../../logto.module-definition.js';
import { resolveLogtoOptions } from '../../options/resolve/resolve-logto-options.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import type { LogtoModuleExtras, LogtoModuleOptions } from '../../options/logto-module-options.js';
import { PassiveRequests } from '../../request/passive-requests.js';
import { SessionMount } from '../../session/session-mount.js';
import { Sessions } from '../../session/sessions.js';
import { TokenEncryption } from '../../store/token-encryption.js';
import { TokenRecords } from '../../store/token-records.js';
import { TouchThrottle } from '../../store/touch-throttle.js';
import { optionsForTests } from '../options-for-tests.js';
import { TestSignIns, type TestSignInDefaults } from '../test-sign-ins.js';
import { FakeEndpoints } from './fake-endpoints.js';
import { FakeLocalUsers } from './fake-local-users.js';
import { FakeLogto } from './fake-logto.js';
import { fakeSessionHandler } from './fake-session-handler.js';
import { FakeSessions, sessionParts, type SessionParts } from './fake-sessions.js';
import { FakeTokenRecords } from './fake-token-records.js';

/** Options of {@link fakeProviders}. */
export interface FakeLogtoOptions extends TestSignInDefaults {
  /** Whether the app may request every permission and resource. Default: only those in its options. */
  allPermissions?: boolean;
}

/**
 * The providers of `LogtoModule` that tests replace: its options, and those that determine the sign-in of a request.
 * Guards, decorators, requirements and the OpenID client are the same as in production.
 */
export function fakeProviders({ allPermissions = false, ...defaults }: FakeLogtoOptions): FactoryProvider[] {
  // By options, because several apps may share these providers.
  const logtos = new WeakMap<ResolvedLogtoOptions, FakeLogto>();
  const logtoOf = (options: ResolvedLogtoOptions): FakeLogto => {
    const logto = logtos.get(options);
    if (!logto) throw new TypeError('The options of this app do not come from the testing module.');
    return logto;
  };
  return [
    {
      provide: ResolvedLogtoOptions,
      inject: [MODULE_OPTIONS_TOKEN, LOGTO_EXTRAS],
      useFactory: (appOptions: LogtoModuleOptions, extras: LogtoModuleExtras) => {
        const forTests = optionsForTests(appOptions, (...call) => endpoints.fetch(...call));
        const options = resolveLogtoOptions(forTests, extras);
        const logto = new FakeLogto(options, allPermissions);
        // Looks up `fetch` at each call, for tests that replace the global one.
        const endpoints = new FakeEndpoints(logto, (...call) => (appOptions?.http?.fetch ?? fetch)(...call));
        logtos.set(options, logto);
        return options;
      },
    },
    {
      provide: LocalUsers,
      inject: [HookRegistry, ResolvedLogtoOptions],
      useFactory: (registry: HookRegistry, options: ResolvedLogtoOptions) =>
        new FakeLocalUsers(new TestSignIns(options, defaults), registry, options),
    },
    {
      provide: TokenRecords,
      inject: [ResolvedLogtoOptions, TouchThrottle, TokenEncryption],
      useFactory: (
        options: ResolvedLogtoOptions,
        ...parts: [touches: TouchThrottle, encryption: TokenEncryption]
      ) => new FakeTokenRecords(logtoOf(options), options, ...parts),
    },
    {
      provide: Sessions,
      inject: [ResolvedLogtoOptions, TokenRecords, LocalUsers, ...sessionParts],
      useFactory: (
        options: ResolvedLogtoOptions,
        records: FakeTokenRecords,
        localUsers: FakeLocalUsers,
        ...parts: SessionParts
      ) =>
        new FakeSessions(logtoOf(options), records, new TestSignIns(options, defaults), localUsers, ...parts),
    },
    {
      provide: SessionMount,
      inject: [ResolvedLogtoOptions, TouchThrottle, PassiveRequests, LocalUsers],
      useFactory: (
        options: ResolvedLogtoOptions,
        touches: TouchThrottle,
        passiveRequests: PassiveRequests,
        localUsers: FakeLocalUsers,
      ): SessionMount => {
        const { handler, store, cookieName } = new SessionMount(options, touches, passiveRequests);
        const signIns = new TestSignIns(options, defaults);
        return {
          store,
          cookieName,
          warnings: [],
          handler: fakeSessionHandler(handler, logtoOf(options), signIns, localUsers),
        };
      },
    },
    // The real one would diagnose the fake Logto.
    { provide: StartupDiagnosis, useFactory: () => ({}) },
  ];
}
