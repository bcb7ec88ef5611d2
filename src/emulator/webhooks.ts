import { createHmac, randomBytes } from 'node:crypto';

import { LogtoEmulatorError } from './logto-emulator-error.js';
import type { ResolvedOptions } from './options/logto-emulator-schema.js';
import type { Tenant, TenantUser } from './tenant/tenant.js';

const userAgent = 'Logto (https://logto.io/)';
const loopback = '::ffff:127.0.0.1';
const attempts = 4;
const timeout = 10_000;

/** A sign-in or sign-up, for its webhook. */
export interface SignIn {
  event: 'PostSignIn' | 'PostRegister';
  user: TenantUser;
  applicationId: string;
  /** The browser's user agent. */
  userAgent: string;
}

/** Sends webhooks as Logto does: signed, with up to three retries. */
export class Webhooks {
  readonly signingKey = randomBytes(24).toString('base64url');
  private readonly closing = new AbortController();

  constructor(private readonly options: ResolvedOptions) {}

  /** Reports a change of a user by the Management API. */
  userChanged(event: string, user: TenantUser): void {
    const created = event === 'User.Created';
    this.broadcast(event, {
      userAgent: 'node',
      ip: loopback,
      path: created ? '/users' : `/users/${user.id}`,
      method: created ? 'POST' : event === 'User.Deleted' ? 'DELETE' : 'PATCH',
      status: event === 'User.Deleted' ? 204 : 200,
      params: created ? {} : { userId: user.id },
      matchedRoute: created ? '/users' : '/users/:userId',
      data: event === 'User.Deleted' ? null : userEntity(user),
    });
  }

  /** Reports a sign-in or sign-up. */
  signedIn({ event, user, applicationId, userAgent: browser }: SignIn, tenant: Tenant): void {
    const application = tenant.applications.get(applicationId);
    this.broadcast(event, {
      interactionEvent: event === 'PostSignIn' ? 'SignIn' : 'Register',
      userAgent: browser,
      userIp: loopback,
      userId: user.id,
      user: userEntity(user),
      application: application && {
        id: application.id,
        type: application.type,
        name: application.name ?? application.id,
        description: null,
      },
    });
  }

  /** Aborts pending webhooks. */
  close(): void {
    this.closing.abort();
  }

  async send(
    url: string,
    event: string,
    payload: Record<string, unknown>,
    { signingKey = this.signingKey, hookId = 'hook_1' }: { signingKey?: string; hookId?: string } = {},
  ): Promise<void> {
    const body = JSON.stringify({ event, createdAt: new Date().toISOString(), ...payload, hookId });
    const headers = {
      'content-type': 'application/json',
      'user-agent': userAgent,
      'logto-signature-sha-256': createHmac('sha256', signingKey).update(body).digest('hex'),
    };
    let failure: unknown;
    for (let attempt = 1; attempt <= attempts && !this.closing.signal.aborted; attempt += 1) {
      try {
        const signal = AbortSignal.any([this.closing.signal, AbortSignal.timeout(timeout)]);
        const response = await (this.options.fetch ?? globalThis.fetch)(url, {
          method: 'POST',
          headers,
          body,
          signal,
        });
        await response.arrayBuffer();
        if (response.ok) {
          return;
        }
        failure = new Error(`status ${response.status}`);
      } catch (error) {
        failure = error;
      }
    }
    throw new LogtoEmulatorError('webhook_failed', `${url} did not accept the webhook ${event}.`, {
      cause: failure,
    });
  }

  private broadcast(event: string, payload: Record<string, unknown>): void {
    for (const [index, hook] of this.options.webhooks.entries()) {
      if (!hook.events || hook.events.includes(event)) {
        const { id: hookId = `hook_${index + 1}`, signingKey = this.signingKey } = hook;
        this.send(hook.url, event, payload, { signingKey, hookId }).catch((error: unknown) =>
          this.options.log?.(`webhook: ${String(error)}`),
        );
      }
    }
  }
}

/** A user in the format of Logto's Management API and webhooks. */
function userEntity(user: TenantUser): Record<string, unknown> {
  const { password, roles: _roles, organizations: _organizations, ...entity } = user;
  return { ...entity, cimdClientId: null, hasPassword: password !== undefined };
}
