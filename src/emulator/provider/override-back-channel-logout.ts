import { randomBytes } from 'node:crypto';

import type Provider from 'oidc-provider';
import type { Client } from 'oidc-provider';

const timeout = 2500;

/**
 * Sends logout tokens as the provider does, but to loopback and private addresses too: a developer's applications
 * run there, and the provider refuses to call them.
 */
export function overrideBackChannelLogout(
  provider: Provider,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): void {
  provider.Client.prototype.backchannelLogout = async function backchannelLogout(
    this: Client,
    sub: string,
    sid: string,
  ) {
    const token = Object.assign(new provider.IdToken({ sub }, { client: this }), { mask: { sub: null } });
    token.set('events', { 'http://schemas.openid.net/event/backchannel-logout': {} });
    token.set('jti', randomBytes(16).toString('base64url'));
    if (this.backchannelLogoutSessionRequired) token.set('sid', sid);
    const response = await fetch(this.backchannelLogoutUri ?? '', {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ logout_token: await token.issue({ use: 'logout' }) }),
      signal: AbortSignal.timeout(timeout),
    });
    await response.arrayBuffer();
    if (response.status !== 200 && response.status !== 204) {
      throw new Error(`expected 200 OK from ${this.backchannelLogoutUri}, got ${response.status}`);
    }
  };
}
