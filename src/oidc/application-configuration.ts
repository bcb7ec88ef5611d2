import {
  allowInsecureRequests,
  ClientSecretBasic,
  Configuration,
  customFetch,
  None,
  type ClientAuth,
  type CustomFetch,
  type ServerMetadata,
} from 'openid-client';
import type { ResolvedCredentials, ResolvedLogtoOptions } from '../options/resolved-logto-options.js';

/**
 * The configuration of an application at Logto, for requests whose response has no ID token.
 * @param metadata the discovery document
 */
export function applicationConfiguration(
  metadata: ServerMetadata,
  application: ResolvedCredentials,
  { http, insecureRequests }: Pick<ResolvedLogtoOptions, 'http' | 'insecureRequests'>,
  fetch: CustomFetch,
): Configuration {
  const configuration = new Configuration(metadata, application.appId, {}, clientAuthentication(application));
  configuration[customFetch] = fetch;
  configuration.timeout = http.timeout / 1000;
  if (insecureRequests) allowInsecureRequests(configuration);
  return configuration;
}

/** How an application authenticates at Logto. A public client has no secret. */
export function clientAuthentication({ appSecret }: ResolvedCredentials): ClientAuth {
  return appSecret === undefined ? None() : ClientSecretBasic(appSecret);
}
