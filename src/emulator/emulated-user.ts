import type { EmulatorUser } from './options/tenant-options.js';
import { plainCopy } from './plain-copy.js';
import type { TenantUser } from './tenant/tenant.js';

/** A copy of a user's current state. To change the user, call {@link LogtoEmulator.updateUser}. */
export interface EmulatedUser extends Required<Omit<EmulatorUser, 'password' | 'organizations'>> {
  organizations: { id: string; roles: string[] }[];
  /** Milliseconds, like all of Logto's timestamps. */
  createdAt: number;
  updatedAt: number;
  lastSignInAt: number | null;
}

export function toEmulatedUser({
  password: _password,
  applicationId: _applicationId,
  ...user
}: TenantUser): EmulatedUser {
  return plainCopy(user);
}
