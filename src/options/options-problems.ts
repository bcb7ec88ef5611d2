import type { LogtoOptionsProblem } from '../logto.exceptions.js';
import { placeholderProblems } from './placeholders.js';
import { cookieFaults, type CookieFault } from './cookie-faults.js';
import { appIdRemedy, baseUrlRemedy, isLoopback, logtoOptionsSchema } from './logto-options-schema.js';
import type { LogtoModuleExtras, LogtoModuleOptions } from './logto-module-options.js';

/** Every mistake in the options, each by its name and with its remedy. */
export function optionsProblems(
  options: LogtoModuleOptions,
  extras: Pick<LogtoModuleExtras, 'authRoutesPrefix'>,
): LogtoOptionsProblem[] {
  const problems = [...shapeProblems(options), ...prefixProblems(extras.authRoutesPrefix)];
  if (typeof options !== 'object' || options === null) return problems;
  return [
    ...problems,
    ...combinationProblems(options, extras, new Set(problems.map(({ option }) => option))),
  ];
}

function shapeProblems(options: unknown): LogtoOptionsProblem[] {
  const result = logtoOptionsSchema.safeParse(options);
  return (result.error?.issues ?? []).flatMap((issue): LogtoOptionsProblem[] => {
    const path = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        option: path ? `${path}.${key}` : key,
        remedy: path ? 'is no option of this module. Check its spelling.' : unknownOption(key),
      }));
    }
    return [{ option: path || 'options', remedy: issue.message }];
  });
}

const extraNames: readonly (keyof LogtoModuleExtras)[] = [
  'global',
  'authRoutesPrefix',
  'authRoutes',
  'authRoutesDecorators',
];

function unknownOption(name: string): string {
  if ((extraNames as readonly string[]).includes(name))
    return 'stands beside `useFactory` or `useClass`, not in what they make: it shapes the module itself.';
  const meant = Object.keys(logtoOptionsSchema.shape).find((known) => plain(known) === plain(name));
  return meant === undefined
    ? 'is no option of this module. Check its spelling.'
    : `is no option of this module. Did you mean \`${meant}\`?`;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

function prefixProblems(prefix: unknown): LogtoOptionsProblem[] {
  if (prefix === undefined) return [];
  const valid = typeof prefix === 'string' && /^[\w-]+(\/[\w-]+)*$/.test(trimSlashes(prefix));
  return valid
    ? []
    : [{ option: 'authRoutesPrefix', remedy: 'has to be a path of letters, digits, "-" and "_": "logto".' }];
}

/** Mistakes that show only when several options are looked at together. */
function combinationProblems(
  options: LogtoModuleOptions,
  extras: Pick<LogtoModuleExtras, 'authRoutesPrefix'>,
  reported: ReadonlySet<string>,
): LogtoOptionsProblem[] {
  const problems: LogtoOptionsProblem[] = [];
  const problem = (option: string, remedy: string): void => {
    if (!reported.has(option)) problems.push({ option, remedy });
  };
  if (!isBearerOnly(options)) {
    if (options.appId === undefined) problem('appId', `required: ${appIdRemedy}`);
    if (options.baseUrl === undefined) problem('baseUrl', `required: ${baseUrlRemedy}`);
    if (
      cookieSecretsOf(options).length === 0 &&
      !reported.has('session') &&
      !reported.has('session.secret')
    ) {
      problem(
        'cookieSecret',
        'required where nothing else can seal the sign-in cookies. Give `session: { secret }`, a long random string ' +
          '(LOGTO_SESSION_SECRET with logtoOptionsFromEnv), or an `appSecret`, or this.',
      );
    }
  }
  if (
    !isBearerOnly(options) &&
    options.includeReservedScopes === false &&
    !options.scopes?.includes('openid')
  ) {
    problem('scopes', 'lack `openid`, without which Logto issues no ID token. Add it.');
  }
  for (const { option, remedy } of placeholderProblems(options)) problem(option, remedy);
  if (options.api?.introspection && (options.appId === undefined || options.appSecret === undefined)) {
    problem(
      'api.introspection',
      'needs appId and appSecret: Logto only answers introspection to a client it knows.',
    );
  }
  if (typeof options.endpoint === 'string' && /\/oidc\/*$/.test(options.endpoint)) {
    problem('endpoint', 'is where Logto is, not its issuer: leave "/oidc" out.');
  }
  const { internalEndpoint } = options.http ?? {};
  if (
    typeof internalEndpoint === 'string' &&
    URL.canParse(internalEndpoint) &&
    new URL(internalEndpoint).pathname !== '/'
  ) {
    problem(
      'http.internalEndpoint',
      'has no path: only the origin of what discovery names is swapped. Use "http://logto:3001".',
    );
  }
  for (const [option, value] of [
    ['endpoint', options.endpoint],
    ['baseUrl', options.baseUrl],
    ['http.internalEndpoint', internalEndpoint],
  ] as const) {
    if (options.allowInsecureRequests === true || typeof value !== 'string' || !URL.canParse(value)) continue;
    const url = new URL(value);
    if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
      problem(option, 'use https:, or say allowInsecureRequests: true if nobody else is on that network.');
    }
  }
  for (const { attribute, remedy, isFatal } of sessionCookieFaults(options, extras))
    if (isFatal) problem(attribute === 'name' ? 'session.name' : `session.cookie.${attribute}`, remedy);
  return problems;
}

/** What is wrong with the cookie of the session that the module mounts. What a function makes shows at the first request. */
export function sessionCookieFaults(
  { session, baseUrl }: LogtoModuleOptions,
  { authRoutesPrefix }: Pick<LogtoModuleExtras, 'authRoutesPrefix'>,
): CookieFault[] {
  if (!session || typeof baseUrl !== 'string' || !/^https?:\/\//i.test(baseUrl) || !URL.canParse(baseUrl))
    return [];
  const { cookie = {}, name } = session;
  if (typeof cookie !== 'object') return [];
  // As the session is mounted: what is left out follows `baseUrl`.
  const secure = baseUrl.startsWith('https:');
  return cookieFaults({
    cookie: { secure, ...withoutUndefined(cookie) },
    name,
    baseUrl,
    authRoutesPrefix: trimSlashes(authRoutesPrefix ?? 'logto'),
  });
}

function withoutUndefined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Whether nobody signs in: an application alone may be there for introspection. */
export function isBearerOnly({ api, appId, baseUrl }: LogtoModuleOptions): boolean {
  return (
    api !== undefined && baseUrl === undefined && (appId === undefined || api?.introspection !== undefined)
  );
}

/**
 * What seals the sign-in cookies: its own secret, else the session's, else the application's. Of several session
 * secrets, as while one takes the place of another, the first seals and each opens.
 */
export function cookieSecretsOf({ cookieSecret, session, appSecret }: LogtoModuleOptions): string[] {
  const ofSession = [session?.secret].flat().filter((secret) => typeof secret === 'string');
  if (cookieSecret !== undefined) return [cookieSecret];
  if (ofSession.length > 0) return ofSession;
  return appSecret === undefined ? [] : [appSecret];
}

/** A path without slashes at its ends. */
export function trimSlashes(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}
