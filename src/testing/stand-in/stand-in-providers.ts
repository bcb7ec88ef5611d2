import type { FactoryProvider } from '@nestjs/common';
import { LOGTO_EXTRAS, MODULE_OPTIONS_TOKEN } from '../../logto.module-definition.js';
import { resolveLogtoOptions } from '../../options/resolve-logto-options.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import type { LogtoModuleExtras, LogtoModuleOptions } from '../../options/logto-module-options.js';
import { SessionMount } from '../../session/session-mount.js';
import { Sessions } from '../../session/sessions.js';
import { TokenRecords } from '../../store/token-records.js';
import { Touches } from '../../store/touches.js';
import { optionsForTests } from '../options-for-tests.js';
import { StandInEndpoints } from './stand-in-endpoints.js';
import { StandInLogto } from './stand-in-logto.js';
import { standInSessionHandler } from './stand-in-session-handler.js';
import { sessionParts, StandInSessions, type SessionParts } from './stand-in-sessions.js';
import { StandInTokenRecords } from './stand-in-token-records.js';
import { TestVisitors, type TestVisitorDefaults } from '../test-visitors.js';

/** How the stand-in is set up. */
export interface StandInSetup extends TestVisitorDefaults {
  /** Whether the app counts as having asked for every permission and resource. Default: what its options ask for. */
  everyPermission?: boolean;
}

/**
 * The providers of `LogtoModule` that are others in tests: its options, and where a request's sign-in is found.
 * Guards, decorators, requirements, the OpenID client and all the rest are those of production.
 */
export function standInProviders({ everyPermission = false, ...defaults }: StandInSetup): FactoryProvider[] {
  // By options, for one setup may serve several apps.
  const logtos = new WeakMap<ResolvedLogtoOptions, StandInLogto>();
  const logtoOf = (options: ResolvedLogtoOptions): StandInLogto => {
    const logto = logtos.get(options);
    if (!logto) throw new TypeError('The options of this app are not those of the testing module.');
    return logto;
  };
  return [
    {
      provide: ResolvedLogtoOptions,
      inject: [MODULE_OPTIONS_TOKEN, LOGTO_EXTRAS],
      useFactory: (given: LogtoModuleOptions, extras: LogtoModuleExtras) => {
        const forTests = optionsForTests(given, (...call) => endpoints.fetch(...call));
        const options = resolveLogtoOptions(forTests, extras);
        const logto = new StandInLogto(options, everyPermission);
        const endpoints = new StandInEndpoints(logto);
        logtos.set(options, logto);
        return options;
      },
    },
    {
      provide: TokenRecords,
      inject: [ResolvedLogtoOptions, Touches],
      useFactory: (options: ResolvedLogtoOptions, touches: Touches) =>
        new StandInTokenRecords(logtoOf(options), options, touches),
    },
    {
      provide: Sessions,
      inject: [ResolvedLogtoOptions, TokenRecords, ...sessionParts],
      useFactory: (options: ResolvedLogtoOptions, records: StandInTokenRecords, ...parts: SessionParts) =>
        new StandInSessions(logtoOf(options), records, new TestVisitors(options, defaults), ...parts),
    },
    {
      provide: SessionMount,
      inject: [ResolvedLogtoOptions, Touches],
      useFactory: (options: ResolvedLogtoOptions, touches: Touches): SessionMount => {
        const { handler } = new SessionMount(options, touches);
        const visitors = new TestVisitors(options, defaults);
        return { remarks: [], handler: standInSessionHandler(handler, logtoOf(options), visitors) };
      },
    },
  ];
}
