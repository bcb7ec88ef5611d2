import { afterEach, beforeAll, beforeEach } from '@jest/globals';
import { UserScope } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { LogRecorder } from '../../guard/support/log-recorder.js';
import { startApp, type TestApp, type TestAppParts } from '../../support/app/app.js';
import { resource, startIssuer } from '../../support/logto/issuer.js';

/** Starts apps and records what they log. */
export interface RecordedStartup {
  /** The log of the current test. */
  readonly logs: LogRecorder;
  /** Starts an app that accepts bearer tokens and requests the scopes that requirements need. */
  start(parts: Partial<TestAppParts>): Promise<TestApp>;
}

/** Sets up the hooks that {@link RecordedStartup} needs in the current `describe`. */
export function recordedStartup(): RecordedStartup {
  let issuer: LogtoEmulator;
  let logs: LogRecorder;

  beforeAll(async () => {
    issuer = await startIssuer();
  });

  beforeEach(() => {
    logs = new LogRecorder();
  });

  afterEach(() => logs.stop());

  const scopes = [UserScope.Roles, UserScope.Organizations, UserScope.OrganizationRoles];
  return {
    get logs() {
      return logs;
    },
    start: async ({ logto, configure, ...parts }) =>
      await startApp({
        issuer,
        ...parts,
        logto: { api: { audience: resource }, scopes, ...logto },
        configure: (nest) => {
          nest.useLogger(logs);
          configure?.(nest);
        },
      }),
  };
}
