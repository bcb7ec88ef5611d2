import type { LogtoModuleOptions } from '../logto-module-options.js';

/** Whether the app only accepts bearer tokens and signs nobody in. An `appId` may be there for introspection. */
export function isBearerOnly({ api, appId, baseUrl }: LogtoModuleOptions): boolean {
  return (
    api !== undefined && baseUrl === undefined && (appId === undefined || api?.introspection !== undefined)
  );
}
