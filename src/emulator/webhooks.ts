import { createHmac, randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import { LogtoEmulatorError } from './logto-emulator-error.js';
import type { ResolvedOptions } from './options/logto-emulator-schema.js';
import type { Tenant, TenantUser } from './tenant/tenant.js';
import { publicUser, userEntity } from './tenant/user-entity.js';

const userAgent = 'Logto (https://logto.io/)';
const loopback = '::ffff:127.0.0.1';
const attempts = 4;
const timeout = 10_000;

/** A sign-in or sign-up to report. */
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

  /** Reports a new user, and the organizations that they are in. */
  userCreated(user: TenantUser): void {
    this.changed('User.Created', { method: 'POST', route: '/users', data: userEntity(user) });
    this.membershipsChanged(user.id, [], user.organizations);
  }

  /** Reports what differs. Logto sends nothing for a user's roles, in the tenant or in an organization. */
  userUpdated(before: TenantUser, user: TenantUser): void {
    if (!isDeepStrictEqual(userData(before), userData(user))) {
      const change = { route: '/users/:userId', params: { userId: user.id }, data: userEntity(user) };
      this.changed('User.Data.Updated', { method: 'PATCH', ...change });
    }
    this.membershipsChanged(user.id, before.organizations, user.organizations);
  }

  /** Reports that a user was suspended or restored. */
  userSuspension(user: TenantUser): void {
    this.changed('User.SuspensionStatus.Updated', {
      method: 'PATCH',
      route: '/users/:userId/is-suspended',
      params: { userId: user.id },
      data: userEntity(user),
    });
  }

  /** Reports that a user was deleted. */
  userDeleted(user: TenantUser): void {
    const change = { route: '/users/:userId', params: { userId: user.id }, status: 204 };
    this.changed('User.Deleted', { method: 'DELETE', ...change, data: publicUser(user) });
  }

  /** Reports a sign-in or sign-up. */
  signedIn({ event, user, applicationId, userAgent: browser }: SignIn, tenant: Tenant): void {
    const found = tenant.applications.get(applicationId);
    const application = found && {
      id: found.id,
      type: found.type,
      name: found.name ?? found.id,
      description: null,
    };
    const interactionEvent = event === 'PostSignIn' ? 'SignIn' : 'Register';
    const context = { interactionEvent, userAgent: browser, application };
    this.broadcast(event, { ...context, userIp: loopback, userId: user.id, user: publicUser(user) });
    if (event === 'PostRegister') {
      this.broadcast('User.Created', { ...context, ip: loopback, applicationId, data: publicUser(user) });
    }
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
        if (response.ok) return;
        failure = new Error(`status ${response.status}`);
      } catch (error) {
        failure = error;
      }
    }
    throw new LogtoEmulatorError('webhook_failed', `${url} did not accept the webhook ${event}.`, {
      cause: failure,
    });
  }

  private membershipsChanged(userId: string, before: Membership[], after: Membership[]): void {
    for (const { id } of after.filter((one) => !before.some((other) => other.id === one.id))) {
      const change = { route: '/organizations/:id/users', params: { id }, status: 201 };
      const members = { organizationId: id, addedUserIds: [userId] };
      this.changed('Organization.Membership.Updated', { method: 'POST', ...change, ...members });
    }
    for (const { id } of before.filter((one) => !after.some((other) => other.id === one.id))) {
      const change = { route: '/organizations/:id/users/:userId', params: { id, userId }, status: 204 };
      const members = { organizationId: id, removedUserIds: [userId] };
      this.changed('Organization.Membership.Updated', { method: 'DELETE', ...change, ...members });
    }
  }

  /** Reports a request to the Management API. */
  private changed(event: string, { route, params = {}, status = 200, ...change }: Change): void {
    const path = route.replace(/:(\w+)/g, (_, name: string) => params[name] ?? '');
    const context = { userAgent: 'node', ip: loopback, path, params, matchedRoute: route, status };
    this.broadcast(event, { ...context, ...change });
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

type Membership = TenantUser['organizations'][number];

/** A request that has changed something, with its response or other members of the payload. */
interface Change {
  method: string;
  route: string;
  params?: Record<string, string>;
  status?: number;
  [member: string]: unknown;
}

/** The data of a user whose change is the event `User.Data.Updated`. */
function userData(user: TenantUser): Record<string, unknown> {
  const { roles: _roles, organizations: _organizations, updatedAt: _updatedAt, ...data } = user;
  return data;
}
