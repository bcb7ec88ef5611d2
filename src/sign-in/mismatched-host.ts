import type { Request } from 'express';

/**
 * The host name of a request, if it is not the host name of the callback. Also trusts `X-Forwarded-Host`, because a proxy
 * may rewrite `Host`, and the result is only logged.
 */
export function mismatchedHost({ headers }: Request, callback: string): string | undefined {
  const forwarded = String(headers['x-forwarded-host'] ?? '').split(',');
  const hosts = [...forwarded, headers.host ?? '']
    .map((host) => hostnameOf(host.trim()))
    .filter((host) => host !== '');
  return hosts.includes(new URL(callback).hostname) ? undefined : hosts[0];
}

function hostnameOf(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.slice(0, 100) : '';
}
