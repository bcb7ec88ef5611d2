import { randomBytes } from 'node:crypto';
import type { CookieOptions, SessionOptions } from 'express-session';
import type { LogtoModuleOptions } from '../options/logto-module-options.js';
import { isBearerOnly } from '../options/resolve/is-bearer-only.js';
import type { LogtoWebhookOptions } from '../options/logto-webhook-options.js';

/** The endpoint if the options have none. No request is sent there. */
const defaultEndpoint = 'https://logto.invalid';

/** The application if the options have none. */
export const defaultApplication = { appId: 'testing', baseUrl: 'http://localhost:3000' };

/**
 * Adapts an app's options to a test: deployment settings that are missing or not a URL get defaults, and nothing
 * outside the process is used. The module still reports all other mistakes.
 */
export function optionsForTests(
  appOptions: LogtoModuleOptions | undefined,
  fakeFetch: typeof fetch,
): LogtoModuleOptions {
  // A factory without its configuration may return nothing.
  const options: LogtoModuleOptions = appOptions ?? { endpoint: '' };
  if (typeof options !== 'object') return options;
  const {
    http = {},
    lock: _lock,
    encryption: _encryption,
    endpoint,
    api,
    machineToMachine,
    webhooks,
    ...rest
  } = definedOptions(options);
  const { internalEndpoint: _internalEndpoint, ...httpOptions } = http;
  return {
    ...rest,
    ...(onlyAcceptsBearerTokens({ api, ...rest }) ? {} : applicationForTests(rest)),
    ...(api && { api }),
    ...(api?.introspection && credentialsForTests(rest)),
    ...(webhooks && { webhooks: { ...webhooks, signingKey: signingKeyForTests(webhooks) } }),
    ...(machineToMachine && { machineToMachine: credentialsForTests(machineToMachine) }),
    endpoint: isHttpUrl(endpoint) ? endpoint : defaultEndpoint,
    http: { ...httpOptions, fetch: fakeFetch },
    allowInsecureRequests: true,
  };
}

/** Whether the app only accepts bearer tokens. With `session` it has a sign-in, and `baseUrl` is only missing in the test. */
export function onlyAcceptsBearerTokens(options: Partial<LogtoModuleOptions>): boolean {
  return isBearerOnly(definedOptions(options)) && !options.session;
}

function applicationForTests({
  appId,
  baseUrl,
  cookieSecret,
  session,
}: Partial<LogtoModuleOptions>): Partial<LogtoModuleOptions> {
  return {
    appId: appId ?? defaultApplication.appId,
    baseUrl: isHttpUrl(baseUrl) ? baseUrl : defaultApplication.baseUrl,
    cookieSecret: cookieSecret ?? randomSecret(),
    ...(session && { session: sessionForTests(session, isHttpUrl(baseUrl)) }),
  };
}

function credentialsForTests({ appId, appSecret }: { appId?: string; appSecret?: string }): {
  appId: string;
  appSecret: string;
} {
  return { appId: appId || defaultApplication.appId, appSecret: appSecret || randomSecret() };
}

/** Without a key of the deployment, no webhook is accepted. */
function signingKeyForTests({ signingKey }: Partial<LogtoWebhookOptions>): string | string[] {
  return signingKey === undefined || signingKey === '' ? randomSecret() : signingKey;
}

/**
 * In memory, with a cookie that works over plain http.
 * @param hasBaseUrl without one, cookie attributes for another host would only cause a warning
 */
function sessionForTests(
  { store: _store, cookie, secret, ...rest }: SessionOptions,
  hasBaseUrl: boolean,
): SessionOptions {
  return {
    ...rest,
    secret: secret || randomSecret(),
    cookie:
      typeof cookie === 'function'
        ? cookie
        : { ...(hasBaseUrl ? cookie : withoutHost({ ...cookie })), secure: 'auto' },
  };
}

function withoutHost({
  domain: _domain,
  path: _path,
  sameSite: _sameSite,
  ...rest
}: CookieOptions): CookieOptions {
  return rest;
}

/** The options with a value. Many deployments use empty environment variables for "not set". */
function definedOptions(options: Partial<LogtoModuleOptions>): Partial<LogtoModuleOptions> {
  // Secrets are not enumerable.
  const names = Object.getOwnPropertyNames(options) as (keyof LogtoModuleOptions)[];
  const entries = names.map((name) => [name, options[name]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && (value as unknown) !== ''));
}

function isHttpUrl(value: unknown): value is string {
  return typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}
