/** The resource indicator of the Management API: the tenant's own on Logto Cloud, the same one elsewhere. */
export function managementResource(endpoint: string): string {
  const { hostname } = new URL(endpoint);
  return hostname.endsWith('.logto.app') ? `https://${hostname}/api` : 'https://default.logto.app/api';
}
