import type { SessionOptions } from 'express-session';
import type { LogtoEncryptionOptions } from './logto-encryption-options.js';
import type { LogtoModuleExtras, LogtoModuleOptions } from './logto-module-options.js';
import type { LogtoWebhookOptions } from './logto-webhook-options.js';
import { withoutUndefined } from './without-undefined.js';

/**
 * Reads the options that differ per deployment from the environment: `LOGTO_ENDPOINT`, `LOGTO_APP_ID`,
 * `LOGTO_APP_SECRET`, `LOGTO_BASE_URL`, `LOGTO_SESSION_SECRET`, `LOGTO_WEBHOOK_SIGNING_KEY` and `LOGTO_ENCRYPTION_KEYS`
 * (separated by commas). The module reports missing ones at startup, like any other mistake in the options. Without a
 * signing key it receives no webhooks. Without encryption keys it stores tokens in plain text, unless `overrides` has
 * `encryption: {}`: then the app does not start.
 *
 * ```ts
 * LogtoModule.forRoot(logtoOptionsFromEnv({ scopes: ['email'] }))
 * ```
 * @param overrides other options, and the module's extras for `forRoot`. They win over the environment; `session`,
 * `webhooks` and `encryption` are merged with the secret, the key and the keys.
 * @param env the environment. Default: `process.env`.
 */
export function logtoOptionsFromEnv(
  overrides: Partial<Omit<LogtoModuleOptions, 'encryption' | 'session' | 'webhooks'> & LogtoModuleExtras> & {
    session?: Partial<SessionOptions>;
    webhooks?: Partial<LogtoWebhookOptions>;
    encryption?: Partial<LogtoEncryptionOptions>;
  } = {},
  env: NodeJS.ProcessEnv = process.env,
): LogtoModuleOptions & LogtoModuleExtras {
  const {
    session: sessionOverrides,
    webhooks: webhookOverrides,
    encryption: encryptionOverrides,
    ...rest
  } = overrides;
  const secret = sessionOverrides?.secret ?? read(env, 'LOGTO_SESSION_SECRET');
  const session = secret === undefined ? sessionOverrides : { ...sessionOverrides, secret };
  const signingKey = webhookOverrides?.signingKey ?? read(env, 'LOGTO_WEBHOOK_SIGNING_KEY');
  const webhooks = signingKey === undefined ? webhookOverrides : { ...webhookOverrides, signingKey };
  const keys = encryptionOverrides?.keys ?? listOf(read(env, 'LOGTO_ENCRYPTION_KEYS'));
  const encryption = keys === undefined ? encryptionOverrides : { ...encryptionOverrides, keys };
  return {
    endpoint: read(env, 'LOGTO_ENDPOINT') ?? '',
    ...withoutUndefined({
      appId: read(env, 'LOGTO_APP_ID'),
      appSecret: read(env, 'LOGTO_APP_SECRET'),
      baseUrl: read(env, 'LOGTO_BASE_URL'),
      // The module reports a session without a secret, and webhooks and encryption without a key.
      session: session as SessionOptions | undefined,
      webhooks: webhooks as LogtoWebhookOptions | undefined,
      encryption: encryption as LogtoEncryptionOptions | undefined,
      ...withoutUndefined(rest),
    }),
  };
}

/** The value of a variable. An empty one counts as not set. */
function read(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name] || undefined;
}

/** The parts of a list that is separated by commas, with or without spaces. */
function listOf(value: string | undefined): string[] | undefined {
  return value?.split(',').map((part) => part.trim());
}
