import type { LogtoApiOptions } from 'nestjs-logto';
import { startApp, type TestApp, type TestAppParts } from '../../support/app/app.js';
import type { Page } from '../../support/requests/browser.js';
import { resource } from '../../support/logto/issuer.js';
import { createApi } from './create-api.js';

/** Starts an API that only accepts bearer tokens: without an application, a base URL or a session. */
export function startApi({
  api = { audience: resource },
  logto,
  ...parts
}: TestAppParts & { api?: LogtoApiOptions }): Promise<TestApp> {
  const bearerOnly = { appId: undefined, appSecret: undefined, baseUrl: undefined, session: undefined };
  return startApp({ create: createApi, ...parts, logto: { ...bearerOnly, api, ...logto } });
}

/** Sends a request with a bearer token. */
export function call(
  app: TestApp,
  path: string,
  token?: string,
  init: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Page> {
  const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...init.headers };
  return app.browser().fetch(path, { ...init, headers });
}

/** The status, the code and the challenge (RFC 6750) of a refusal. */
export function refusalOf(page: Page): { status: number; code: unknown; challenge: string | null } {
  const isProblem = page.text !== '' && page.headers.get('content-type')?.includes('json');
  return {
    status: page.status,
    code: isProblem ? page.json().code : undefined,
    challenge: page.headers.get('www-authenticate'),
  };
}
