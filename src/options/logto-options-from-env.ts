import type { SessionOptions } from 'express-session';
import type { LogtoModuleExtras, LogtoModuleOptions } from './logto-module-options.js';

/**
 * Options from the environment, for what differs per deployment: `LOGTO_ENDPOINT`, `LOGTO_APP_ID`,
 * `LOGTO_APP_SECRET`, `LOGTO_BASE_URL` and `LOGTO_SESSION_SECRET`. Nothing is read unless this is called, and
 * what is missing is reported by the module at start, like any other mistake in the options.
 *
 * ```ts
 * LogtoModule.forRoot(logtoOptionsFromEnv({ scopes: ['email'] }))
 * ```
 * @param overrides options, and extras of the module for `forRoot`; they win over the environment, and `session` is
 * merged with the secret
 * @param env where to read from. Default: `process.env`.
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
    ...present('appId', read(env, 'LOGTO_APP_ID')),
    ...present('appSecret', read(env, 'LOGTO_APP_SECRET')),
    ...present('baseUrl', read(env, 'LOGTO_BASE_URL')),
    // Without any secret it is reported as missing.
    ...present('session', session as SessionOptions | undefined),
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
  };
}

/** An empty variable is how many deployments say "not set". */
function read(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name] || undefined;
}

function present<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>);
}
