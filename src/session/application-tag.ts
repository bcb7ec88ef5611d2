import { createHash } from 'node:crypto';
import type { CookieOptions } from 'express';
import type { ResolvedClientOptions } from '../options/resolved-logto-options.js';

/**
 * A short name for this application, which its cookies carry: cookies know no port, so that two apps on one host name
 * would otherwise share them, and sign each other out.
 */
export function applicationTag({ appId, baseUrl }: Pick<ResolvedClientOptions, 'appId' | 'baseUrl'>): string {
  return createHash('sha256').update(`${appId} ${baseUrl}`).digest('hex').slice(0, 8);
}

/** The name and the attributes of a cookie of the module's own, which only this host is sent. */
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
