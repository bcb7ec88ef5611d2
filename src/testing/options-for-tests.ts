import { randomBytes } from 'node:crypto';
import type { CookieOptions, SessionOptions } from 'express-session';
import type { LogtoModuleOptions } from '../options/logto-module-options.js';

/** Where Logto is said to be when the options do not say it. Nothing is ever sent there. */
const unnamedEndpoint = 'https://logto.invalid';

/** What an application is called, and where it is, when the options do not say it. */
export const unnamedApplication = { appId: 'testing', baseUrl: 'http://localhost:3000' };

/**
 * An app's options as they serve in a test: what differs per deployment is filled in where it is missing or no
 * address, and nothing outside the process is used. Every other mistake is left for the module to report.
 * @param standIn answers in Logto's place
 */
export function optionsForTests(
  given: LogtoModuleOptions | undefined,
  standIn: typeof fetch,
): LogtoModuleOptions {
  // Nothing at all is what a factory returns whose configuration is not there.
  const found: LogtoModuleOptions = given ?? { endpoint: '' };
  if (typeof found !== 'object') return found;
  const { http = {}, lock: _lock, endpoint, api, machineToMachine, ...rest } = told(found);
  const { internalEndpoint: _internalEndpoint, ...call } = http;
  return {
    ...rest,
    ...(takesBearerTokensAlone({ api, ...rest }) ? {} : applicationForTests(rest)),
    ...(api && { api }),
    ...(api?.introspection && credentialsForTests(rest)),
    ...(machineToMachine && { machineToMachine: credentialsForTests(machineToMachine) }),
    endpoint: isAddress(endpoint) ? endpoint : unnamedEndpoint,
    http: { ...call, fetch: standIn },
    allowInsecureRequests: true,
  };
}

/** Whether an app has no application at Logto to sign anybody in with. */
export function takesBearerTokensAlone({
  api,
  appId,
  baseUrl,
  session,
}: Partial<LogtoModuleOptions>): boolean {
  return Boolean(api) && !appId && !baseUrl && !session;
}

function applicationForTests({
  appId,
  baseUrl,
  cookieSecret,
  session,
}: Partial<LogtoModuleOptions>): Partial<LogtoModuleOptions> {
  return {
    appId: appId ?? unnamedApplication.appId,
    baseUrl: isAddress(baseUrl) ? baseUrl : unnamedApplication.baseUrl,
    cookieSecret: cookieSecret ?? anySecret(),
    ...(session && { session: sessionForTests(session, isAddress(baseUrl)) }),
  };
}

function credentialsForTests({ appId, appSecret }: { appId?: string; appSecret?: string }): {
  appId: string;
  appSecret: string;
} {
  return { appId: appId || unnamedApplication.appId, appSecret: appSecret || anySecret() };
}

/**
 * In memory, and with a cookie over plain http too: tests do not speak TLS.
 * @param isPlaced whether the options say where the app is: a cookie that is meant for another place would be remarked on
 */
function sessionForTests(
  { store: _store, cookie, secret, ...rest }: SessionOptions,
  isPlaced: boolean,
): SessionOptions {
  return {
    ...rest,
    secret: secret || anySecret(),
    cookie:
      typeof cookie === 'function'
        ? cookie
        : { ...(isPlaced ? cookie : withoutPlace({ ...cookie })), secure: 'auto' },
  };
}

function withoutPlace({
  domain: _domain,
  path: _path,
  sameSite: _sameSite,
  ...rest
}: CookieOptions): CookieOptions {
  return rest;
}

/** The options that are there: an empty variable of the environment is how many deployments say "not set". */
function told(options: LogtoModuleOptions): Partial<LogtoModuleOptions> {
  // By name: secrets are kept from being enumerated.
  const names = Object.getOwnPropertyNames(options) as (keyof LogtoModuleOptions)[];
  const entries = names.map((name) => [name, options[name]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && (value as unknown) !== ''));
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function anySecret(): string {
  return randomBytes(32).toString('base64url');
}
