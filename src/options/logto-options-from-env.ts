import type { SessionOptions } from 'express-session';
import type { LogtoModuleExtras, LogtoModuleOptions } from './logto-module-options.js';
import { withoutUndefined } from './without-undefined.js';

/**
 * Reads the options that differ per deployment from the environment: `LOGTO_ENDPOINT`, `LOGTO_APP_ID`,
 * `LOGTO_APP_SECRET`, `LOGTO_BASE_URL` and `LOGTO_SESSION_SECRET`. The module reports missing ones at start, like any
 * other mistake in the options.
 *
 * ```ts
 * LogtoModule.forRoot(logtoOptionsFromEnv({ scopes: ['email'] }))
 * ```
 * @param overrides other options, and the module's extras for `forRoot`. They win over the environment; `session` is
 * merged with the secret.
 * @param env the environment. Default: `process.env`.
 */
export function logtoOptionsFromEnv(
  overrides: Partial<Omit<LogtoModuleOptions, 'session'> & LogtoModuleExtras> & {
    session?: Partial<SessionOptions>;
  } = {},
  env: NodeJS.ProcessEnv = process.env,
): LogtoModuleOptions & LogtoModuleExtras {
  const { session: sessionOverrides, ...rest } = overrides;
  const secret = sessionOverrides?.secret ?? read(env, 'LOGTO_SESSION_SECRET');
  const session = secret === undefined ? sessionOverrides : { ...sessionOverrides, secret };
  return {
    endpoint: read(env, 'LOGTO_ENDPOINT') ?? '',
    ...withoutUndefined({
      appId: read(env, 'LOGTO_APP_ID'),
      appSecret: read(env, 'LOGTO_APP_SECRET'),
      baseUrl: read(env, 'LOGTO_BASE_URL'),
      // The module reports a session without a secret.
      session: session as SessionOptions | undefined,
      ...withoutUndefined(rest),
    }),
  };
}

/** An empty variable counts as not set. */
function read(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name] || undefined;
}
