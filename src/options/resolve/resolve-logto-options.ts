import { LogtoOptionsException } from '../../logto.exceptions.js';
import { cookieSecretsOf } from './cookie-secrets.js';
import type { GetContextParameters } from '../get-context-parameters.js';
import { hideSecrets } from '../hide-secrets.js';
import { ReservedResource, ReservedScope, UserScope } from '../logto-constants.js';
import { managementResource } from './management-resource.js';
import { optionsProblems } from './options-problems.js';
import { optionsWarnings } from './options-warnings.js';
import { resolveExtras, type ResolvedExtras } from './resolve-extras.js';
import type { LogtoModuleOptions } from '../logto-module-options.js';
import { trimSlashes } from '../schema/trim-slashes.js';
import type {
  ResolvedApiOptions,
  ResolvedClientOptions,
  ResolvedCredentials,
  ResolvedEncryptionOptions,
  ResolvedLogtoOptions,
  ResolvedWebhookOptions,
} from '../resolved-logto-options.js';

/**
 * Checks the options and fills in every default.
 * @throws LogtoOptionsException with every mistake at once.
 */
export function resolveLogtoOptions(
  options: LogtoModuleOptions,
  extras: Pick<ResolvedExtras, 'authRoutesPrefix' | 'authRoutes'> = resolveExtras(),
): ResolvedLogtoOptions {
  const problems = optionsProblems(options, extras);
  if (problems.length > 0) throw new LogtoOptionsException(problems);

  const endpoint = withoutTrailingSlash(options.endpoint);
  const authRoutesPrefix = trimSlashes(extras.authRoutesPrefix);
  const baseUrl = options.baseUrl === undefined ? '' : withoutTrailingSlash(options.baseUrl);
  return hideSecrets({
    endpoint,
    issuer: `${endpoint}/oidc`,
    client: resolveClient(options, baseUrl),
    credentials: resolveCredentials(options),
    scopes: resolveScopes(options),
    resources: resolveResources(options),
    prompt: options.prompt === undefined ? ['consent'] : [options.prompt].flat(),
    signInOptions: options.signInOptions ?? {},
    context: resolveContext(options),
    authRoutes: extras.authRoutes,
    authRoutesPrefix,
    postSignInRedirectUri: options.postSignInRedirectUri ?? baseUrl,
    postSignOutRedirectUri: options.postSignOutRedirectUri ?? baseUrl,
    unauthenticated: options.unauthenticated ?? 'auto',
    ...resolveSession(options),
    allowedOrigins: options.allowedOrigins ?? [],
    hookTimeout: options.hookTimeout ?? 5000,
    machineToMachine: options.machineToMachine && hideSecrets(options.machineToMachine),
    management: { resource: options.management?.resource ?? managementResource(endpoint) },
    downstream: options.downstream ?? [],
    http: resolveHttp(options),
    api: resolveApi(options),
    webhooks: resolveWebhooks(options, authRoutesPrefix),
    allowUnenforcedRequirements: options.allowUnenforcedRequirements ?? false,
    warnings: optionsWarnings(options, extras),
    insecureRequests: [options.endpoint, options.http?.internalEndpoint].some((url) =>
      url?.startsWith('http:'),
    ),
  });
}

function resolveClient(options: LogtoModuleOptions, baseUrl: string): ResolvedClientOptions | undefined {
  const { appId, appSecret } = options;
  const cookieSecrets = cookieSecretsOf(options);
  if (appId === undefined || cookieSecrets.length === 0 || baseUrl === '') return undefined;
  return hideSecrets({ appId, appSecret, baseUrl, cookieSecrets });
}

function resolveCredentials({ appId, appSecret }: LogtoModuleOptions): ResolvedCredentials | undefined {
  return appId === undefined ? undefined : hideSecrets({ appId, appSecret });
}

function resolveSession(
  options: LogtoModuleOptions,
): Pick<
  ResolvedLogtoOptions,
  'session' | 'lifetime' | 'revalidateAfter' | 'userInfoTtl' | 'lock' | 'sessionClaims' | 'encryption'
> {
  const { session, lifetime = {}, revalidateAfter = 3600, userInfoTtl = 0, lock } = options;
  return {
    session,
    lifetime,
    revalidateAfter: revalidateAfter !== false && revalidateAfter * 1000,
    userInfoTtl: userInfoTtl * 1000,
    lock,
    sessionClaims: options.sessionClaims ?? ['sub', 'name', 'username', 'picture', 'email'],
    encryption: resolveEncryption(options),
  };
}

function resolveContext(options: LogtoModuleOptions): GetContextParameters {
  const { fetchUserInfo, getAccessToken, resource, organizationId, getOrganizationToken } = options;
  return { fetchUserInfo, getAccessToken, resource, organizationId, getOrganizationToken };
}

function resolveHttp({ http = {} }: LogtoModuleOptions): ResolvedLogtoOptions['http'] {
  return {
    timeout: http.timeout ?? 5000,
    clockTolerance: http.clockTolerance ?? 30,
    fetch: http.fetch ?? globalThis.fetch,
    internalOrigin: http.internalEndpoint && new URL(http.internalEndpoint).origin,
  };
}

function resolveApi({ api }: LogtoModuleOptions): ResolvedApiOptions | undefined {
  if (!api) return undefined;
  const { audience, cache = { max: 10_000 }, introspection, metadata } = api;
  return {
    audiences: [audience].flat(),
    cache: cache === false ? undefined : cache,
    introspectionClients: introspection?.clientIds ?? [],
    metadata: metadata === true ? {} : metadata,
  };
}

function resolveEncryption({ encryption }: LogtoModuleOptions): ResolvedEncryptionOptions | undefined {
  return encryption && hideSecrets({ keys: encryption.keys, decryptOnly: encryption.decryptOnly ?? false });
}

function resolveWebhooks(
  { webhooks }: LogtoModuleOptions,
  authRoutesPrefix: string,
): ResolvedWebhookOptions | undefined {
  if (!webhooks) return undefined;
  return hideSecrets({
    signingKeys: [webhooks.signingKey].flat(),
    path: trimSlashes(webhooks.path ?? `${authRoutesPrefix}/webhooks`),
    endSessions: webhooks.endSessions ?? true,
  });
}

function resolveScopes({ scopes = [], includeReservedScopes = true }: LogtoModuleOptions): string[] {
  const reserved = includeReservedScopes
    ? [ReservedScope.OpenId, ReservedScope.OfflineAccess, UserScope.Profile]
    : [];
  return [...new Set([...reserved, ...scopes])];
}

function resolveResources({ scopes = [], resources = [] }: LogtoModuleOptions): string[] {
  const organizations = scopes.includes(UserScope.Organizations) ? [ReservedResource.Organization] : [];
  return [...new Set([...resources, ...organizations])];
}

function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
