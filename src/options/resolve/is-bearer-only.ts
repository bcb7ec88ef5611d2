import type { LogtoModuleOptions } from '../logto-module-options.js';

/** Whether the app only accepts bearer tokens and has no sign-in. It may have an `appId`, for introspection. */
export function isBearerOnly({ api, appId, baseUrl }: Partial<LogtoModuleOptions>): boolean {
  return (
    api !== undefined && baseUrl === undefined && (appId === undefined || api?.introspection !== undefined)
  );
}
