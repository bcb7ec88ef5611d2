import type { EmulatorUser } from './options/tenant-options.js';
import { plainCopy } from './plain-copy.js';
import type { TenantUser } from './tenant/tenant.js';

/** A copy of a user's current state. To change the user, call {@link LogtoEmulator.updateUser}. */
export interface EmulatedUser extends Required<Omit<EmulatorUser, 'password' | 'organizations'>> {
  organizations: { id: string; roles: string[] }[];
  /** When the user was created, in milliseconds since 1970. */
  createdAt: number;
  /** When the user was last changed, in milliseconds since 1970. */
  updatedAt: number;
  /** When the user last signed in, in milliseconds since 1970. */
  lastSignInAt: number | null;
}

export function toEmulatedUser({
  password: _password,
  applicationId: _applicationId,
  ...user
}: TenantUser): EmulatedUser {
  return plainCopy(user);
}
