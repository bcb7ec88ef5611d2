import type { Request } from 'express';

/**
 * The host name that a browser has asked for, where it is not that of the callback. A proxy may rewrite `Host` and say in
 * `X-Forwarded-Host` what the browser has asked for: this only decides whether to log something, so anybody may say it.
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
