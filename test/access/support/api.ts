import type { LogtoApiOptions } from 'nestjs-logto';
import { startApp, type TestApp, type TestAppParts } from '../../support/app.js';
import type { Page } from '../../support/browser.js';
import { resource } from '../../support/issuer.js';

/** An API that takes bearer tokens alone: it has no application at Logto, no address of its own and no session. */
export function startApi({
  api = { audience: resource },
  logto,
  ...parts
}: TestAppParts & { api?: LogtoApiOptions }): Promise<TestApp> {
  const nothing = { appId: undefined, appSecret: undefined, baseUrl: undefined, session: undefined };
  return startApp({ ...parts, logto: { ...nothing, api, ...logto } });
}

/** Asks an app with a bearer token, as a program does. */
export function call(
  app: TestApp,
  path: string,
  token?: string,
  init: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Page> {
  const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...init.headers };
  return app.browser().fetch(path, { ...init, headers });
}

/** What a refusal says: its status, its code, and the challenge of RFC 6750. */
export function refusalOf(page: Page): { status: number; code: unknown; challenge: string | null } {
  const isProblem = page.text !== '' && page.headers.get('content-type')?.includes('json');
  return {
    status: page.status,
    code: isProblem ? page.json().code : undefined,
    challenge: page.headers.get('www-authenticate'),
  };
}
