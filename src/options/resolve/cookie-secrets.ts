import type { LogtoModuleOptions } from '../logto-module-options.js';

/**
 * The secrets of the sign-in cookies: `cookieSecret`, else the session's, else `appSecret`. The first encrypts, and
 * all decrypt, so that you can rotate the session's secret.
 */
export function cookieSecretsOf({ cookieSecret, session, appSecret }: LogtoModuleOptions): string[] {
  const sessionSecrets = [session?.secret].flat().filter((secret) => typeof secret === 'string');
  if (cookieSecret !== undefined) return [cookieSecret];
  if (sessionSecrets.length > 0) return sessionSecrets;
  return appSecret === undefined ? [] : [appSecret];
}
