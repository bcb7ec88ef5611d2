import type { EmulatorUser } from './options/tenant-options.js';
import type { Tenant, TenantUser } from './tenant/tenant.js';
import type { Webhooks } from './webhooks.js';

/** Changes users as an administrator does: it also ends sessions and grants, and sends webhooks. */
export class UserChanges {
  /** @param signOut - ends all sessions and grants of a user */
  constructor(
    private readonly tenant: Tenant,
    private readonly webhooks: Webhooks,
    private readonly signOut: (userId: string) => void,
  ) {}

  add(user: EmulatorUser): TenantUser {
    const added = this.tenant.addUser(user);
    this.webhooks.userCreated(added);
    return added;
  }

  update(idOrUsername: string, patch: Partial<EmulatorUser>): TenantUser {
    const before = this.tenant.getUser(idOrUsername);
    const updated = this.tenant.updateUser(idOrUsername, patch);
    this.webhooks.userUpdated(before, updated);
    return updated;
  }

  suspend(idOrUsername: string): TenantUser {
    const user = this.tenant.updateUser(idOrUsername, { isSuspended: true });
    this.signOut(user.id);
    this.webhooks.userSuspension(user);
    return user;
  }

  restore(idOrUsername: string): TenantUser {
    const user = this.tenant.updateUser(idOrUsername, { isSuspended: false });
    this.webhooks.userSuspension(user);
    return user;
  }

  delete(idOrUsername: string): void {
    const user = this.tenant.getUser(idOrUsername);
    this.signOut(user.id);
    this.tenant.users.delete(user.id);
    this.webhooks.userDeleted(user);
  }
}
