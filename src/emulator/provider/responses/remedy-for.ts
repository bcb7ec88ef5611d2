import { isDocumentUrl } from '../../tenant/is-document-url.js';
import type { Tenant } from '../../tenant/tenant.js';

/** The emulator options that would make a refused request valid; undefined if that is unclear. */
export function remedyFor(
  { error, error_description: description }: { error: string; error_description?: string | undefined },
  params: Record<string, unknown>,
  tenant: Tenant,
): string | undefined {
  const application = (field: string) =>
    `applications: [{ id: '${String(params['client_id'])}', …${field && `, ${field}`} }]`;
  if (error === 'invalid_redirect_uri') {
    return tenant.applications.get(String(params['client_id']))?.type === 'MachineToMachine'
      ? application("type: 'Traditional'")
      : application(`redirectUris: ['${String(params['redirect_uri'])}']`);
  }
  if (error === 'invalid_client' && description?.startsWith('invalid client ')) {
    return isDocumentUrl(String(params['client_id'])) ? 'clientIdMetadataDocuments: true' : application('');
  }
  if (description === 'post_logout_redirect_uri not registered') {
    return application(`postLogoutRedirectUris: ['${String(params['post_logout_redirect_uri'])}']`);
  }
  return undefined;
}
