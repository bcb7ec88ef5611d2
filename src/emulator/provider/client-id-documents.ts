import type { AllClientMetadata, Configuration } from 'oidc-provider';

import { isDocumentUrl } from '../tenant/is-document-url.js';
import { isLoopbackUri } from './loopback-redirect-uris.js';
import type { ProviderDependencies } from './provider-dependencies.js';

/** The metadata that Logto sets for these clients, regardless of their documents. */
const metadataFromLogto = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: undefined,
};

/**
 * Clients whose id is the URL of their metadata document
 * (https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/). The provider fetches and checks the
 * document.
 */
export function clientIdDocuments({
  options,
}: ProviderDependencies): Pick<Configuration, 'fetch' | 'loadExistingGrant'> {
  return options.clientIdMetadataDocuments
    ? { fetch: fetchDocument(options.fetch), loadExistingGrant: grantOfSignIn }
    : {};
}

/**
 * The metadata of a client whose document is on this machine, served by `http:`. The provider, like Logto, only accepts
 * `https:`; this is for the development of clients.
 */
export async function loopbackClient(
  id: string,
  { module, options }: ProviderDependencies,
): Promise<AllClientMetadata | undefined> {
  if (!options.clientIdMetadataDocuments || !isDocumentUrl(id) || !isLoopbackUri(id)) return undefined;
  const { InvalidClient, InvalidClientMetadata } = module.errors;
  const signal = AbortSignal.timeout(2500);
  const response = await fetchDocument(options.fetch)(id, { redirect: 'manual', signal }).catch(
    () => undefined,
  );
  const document = response?.status === 200 ? await response.json().catch(() => undefined) : undefined;
  if (typeof document !== 'object' || document === null) {
    throw new InvalidClient('client_id metadata document fetch failed');
  }
  const metadata = { token_endpoint_auth_method: 'none', ...document } as AllClientMetadata;
  if (metadata.client_id !== id) {
    throw new InvalidClientMetadata(
      'client_id metadata document client_id does not match the expected value',
    );
  }
  if (metadata.token_endpoint_auth_method !== 'none' || 'client_secret' in metadata) {
    throw new InvalidClientMetadata('client_id metadata document must not use a client secret');
  }
  return metadata;
}

/** Fetches without the provider's dispatcher, which refuses loopback and private addresses. */
function fetchDocument(fetch = globalThis.fetch): NonNullable<Configuration['fetch']> {
  return async (url, init) => {
    const { dispatcher: _dispatcher, ...rest } = (init ?? {}) as RequestInit & { dispatcher?: unknown };
    const response = await fetch(url, rest);
    if (response.status !== 200) return response;
    const text = await response.text();
    const document = parseObject(text);
    const isDocument = document?.['client_id'] === urlOf(url);
    const body = isDocument ? JSON.stringify({ ...document, ...metadataFromLogto }) : text;
    return new Response(body, { headers: response.headers });
  };
}

function urlOf(input: Parameters<typeof fetch>[0]): string {
  return input instanceof Request ? input.url : input.toString();
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Logto gives such a client a grant for each sign-in, so the user consents each time. */
const grantOfSignIn: NonNullable<Configuration['loadExistingGrant']> = async (ctx) => {
  const { client, provider, result, session } = ctx.oidc;
  const id = client?.clientId ?? '';
  const grantId = result?.consent?.grantId ?? (isDocumentUrl(id) ? undefined : session?.grantIdFor(id));
  return grantId === undefined ? undefined : provider.Grant.find(grantId);
};
