import type { LogtoOptionsProblem } from '../../logto.exceptions.js';
import { cookieSecretsOf } from './cookie-secrets.js';
import { isBearerOnly } from './is-bearer-only.js';
import { isLoopback } from './is-loopback.js';
import type { ResolvedExtras } from './resolve-extras.js';
import type { LogtoModuleOptions } from '../logto-module-options.js';
import { appIdRemedy, baseUrlRemedy } from '../schema/logto-options-schema.js';
import { protectedResourcesOf } from '../protected-resources-of.js';
import { placeholderProblems } from './placeholder-problems.js';
import { sessionCookieProblems } from './session-cookie-problems.js';

/**
 * Mistakes that the schema cannot see, because they depend on several options or on the environment.
 * @param reported options that are already known to be wrong. They are not reported again.
 */
export function combinationProblems(
  options: LogtoModuleOptions,
  extras: Pick<ResolvedExtras, 'authRoutesPrefix'>,
  reported: ReadonlySet<string>,
): LogtoOptionsProblem[] {
  return [
    ...(isBearerOnly(options) ? [] : signInProblems(options, reported)),
    ...placeholderProblems(options),
    ...introspectionProblems(options),
    ...resourceMetadataProblems(options),
    ...managementProblems(options),
    ...addressProblems(options),
    ...insecureAddressProblems(options),
    ...sessionCookieProblems(options, extras)
      .filter(({ isFatal }) => isFatal)
      .map(({ attribute, remedy }) => ({
        option: attribute === 'name' ? 'session.name' : `session.cookie.${attribute}`,
        remedy,
      })),
  ].filter(({ option }) => !reported.has(option));
}

function signInProblems(options: LogtoModuleOptions, reported: ReadonlySet<string>): LogtoOptionsProblem[] {
  const problems: LogtoOptionsProblem[] = [];
  if (options.appId === undefined) problems.push({ option: 'appId', remedy: `required: ${appIdRemedy}` });
  if (options.baseUrl === undefined)
    problems.push({ option: 'baseUrl', remedy: `required: ${baseUrlRemedy}` });
  const hasSessionProblem = reported.has('session') || reported.has('session.secret');
  if (cookieSecretsOf(options).length === 0 && !hasSessionProblem) {
    problems.push({
      option: 'cookieSecret',
      remedy:
        'required, because there is no other secret to encrypt the sign-in cookies with. Set `session: { secret }`, a long ' +
        'random string (LOGTO_SESSION_SECRET with logtoOptionsFromEnv), or an `appSecret`, or this.',
    });
  }
  if (options.includeReservedScopes === false && !options.scopes?.includes('openid')) {
    problems.push({
      option: 'scopes',
      remedy: 'must include `openid`, without which Logto issues no ID token. Add it.',
    });
  }
  return problems;
}

function introspectionProblems({ api, appId, appSecret }: LogtoModuleOptions): LogtoOptionsProblem[] {
  if (!api?.introspection || (appId !== undefined && appSecret !== undefined)) return [];
  const remedy =
    'needs appId and appSecret, because Logto only accepts introspection requests of known clients.';
  return [{ option: 'api.introspection', remedy }];
}

function resourceMetadataProblems({ api }: LogtoModuleOptions): LogtoOptionsProblem[] {
  if (!api?.metadata || protectedResourcesOf([api.audience].flat()).length > 0) return [];
  const remedy =
    'needs an `api.audience` that is an http(s) URL, the resource that the metadata describes. Use the URL of this API ' +
    'as its API identifier in Logto Console.';
  return [{ option: 'api.metadata', remedy }];
}

function managementProblems({ management, machineToMachine }: LogtoModuleOptions): LogtoOptionsProblem[] {
  if (!management || machineToMachine) return [];
  const remedy =
    'needs machineToMachine: { appId, appSecret } of an application with access to the Management API.';
  return [{ option: 'management', remedy }];
}

function addressProblems({ endpoint, http }: LogtoModuleOptions): LogtoOptionsProblem[] {
  const problems: LogtoOptionsProblem[] = [];
  if (typeof endpoint === 'string' && /\/oidc\/*$/.test(endpoint)) {
    problems.push({
      option: 'endpoint',
      remedy: 'must be the Logto endpoint, not the issuer. Leave out "/oidc".',
    });
  }
  const internal = parseUrl(http?.internalEndpoint);
  if (internal && internal.pathname !== '/') {
    problems.push({
      option: 'http.internalEndpoint',
      remedy: 'must not have a path: it only replaces the origin of the endpoints. Use "http://logto:3001".',
    });
  }
  return problems;
}

function insecureAddressProblems(options: LogtoModuleOptions): LogtoOptionsProblem[] {
  if (options.allowInsecureRequests === true) return [];
  const addresses = {
    endpoint: options.endpoint,
    baseUrl: options.baseUrl,
    'http.internalEndpoint': options.http?.internalEndpoint,
  };
  const downstream = (Array.isArray(options.downstream) ? options.downstream : []).map(
    (address, index) => [`downstream.${index}`, address] as const,
  );
  return [...Object.entries(addresses), ...downstream].flatMap(([option, address]) => {
    const url = parseUrl(address);
    return url?.protocol === 'http:' && !isLoopback(url.hostname)
      ? [
          {
            option,
            remedy: 'use https:, or set allowInsecureRequests: true if nobody else is on that network.',
          },
        ]
      : [];
  });
}

/** The URL in an option, which may have any type here: the schema only reports what is wrong with it. */
function parseUrl(value: unknown): URL | undefined {
  return typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
}
