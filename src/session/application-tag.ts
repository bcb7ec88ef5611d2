import { createHash } from 'node:crypto';
import type { CookieOptions } from 'express';
import type { ResolvedClientOptions } from '../options/resolved-logto-options.js';

/**
 * A short ID of this application, for the names of its cookies: cookies do not depend on the port, so two apps on one
 * host name would otherwise overwrite each other's.
 */
export function applicationTag({ appId, baseUrl }: Pick<ResolvedClientOptions, 'appId' | 'baseUrl'>): string {
  return createHash('sha256').update(`${appId} ${baseUrl}`).digest('hex').slice(0, 8);
}

/** The name and the attributes of one of the module's cookies, which are only sent to this host. */
export function ownCookie(
  client: Pick<ResolvedClientOptions, 'appId' | 'baseUrl'>,
  name: string,
): { name: string; attributes: CookieOptions } {
  const secure = client.baseUrl.startsWith('https:');
  return {
    name: `${secure ? '__Host-' : ''}${name}.${applicationTag(client)}`,
    attributes: { httpOnly: true, sameSite: 'lax', secure, path: '/' },
  };
}
