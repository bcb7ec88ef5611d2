import { randomBytes } from 'node:crypto';

import type { TenantUser } from '../../tenant/tenant.js';
import { userEntity } from '../../tenant/user-entity.js';
import { noContent, ok } from '../management-response.js';
import type { Directory } from '../directory.js';
import { organizationEntity, organizationRoleName } from '../entities.js';
import type { ManagementCall } from '../management-call.js';
import { ManagementError } from '../management-error.js';
import { search } from '../search.js';
import {
  changedCustomData,
  changedPassword,
  changedProfile,
  changedSuspension,
  changedUser,
  newUser,
} from './user-bodies.js';

/** Users. */
export const userRoutes = {
  'GET /api/users': (call: ManagementCall) =>
    call.page(search(call.directory.users, call.query, searchable), userEntity),
  'POST /api/users': createUser,
  'GET /api/users/{userId}': (call: ManagementCall) => ok(userEntity(userOf(call))),
  'PATCH /api/users/{userId}': changeUser,
  'DELETE /api/users/{userId}': deleteUser,
  'GET /api/users/{userId}/custom-data': (call: ManagementCall) => ok(userOf(call).customData),
  'PATCH /api/users/{userId}/custom-data': changeCustomData,
  'PATCH /api/users/{userId}/profile': changeProfile,
  'PATCH /api/users/{userId}/password': changePassword,
  'POST /api/users/{userId}/password/verify': verifyPassword,
  'GET /api/users/{userId}/has-password': (call: ManagementCall) =>
    ok({ hasPassword: userOf(call).password !== undefined }),
  'PATCH /api/users/{userId}/is-suspended': changeSuspension,
  'GET /api/users/{userId}/organizations': listOrganizations,
};

/** The user of the path. */
export function userOf(call: ManagementCall): TenantUser {
  return call.directory.user(call.param('userId'));
}

/** The fields that a search looks into. */
export function searchable({ id, username, primaryEmail, primaryPhone, name }: TenantUser) {
  return { id, username, primaryEmail, primaryPhone, name };
}

function createUser(call: ManagementCall) {
  const { username, ...user } = call.body(newUser);
  assertUnused(call.directory, { ...user, ...(username !== undefined && { username }) });
  const added = call.directory.parts.userChanges.add({
    ...user,
    id: randomBytes(6).toString('hex'),
    username: username ?? `user_${randomBytes(4).toString('hex')}`,
  });
  return ok(userEntity(added));
}

function changeUser(call: ManagementCall) {
  const { id } = userOf(call);
  const patch = call.body(changedUser);
  assertUnused(call.directory, patch, id);
  return ok(userEntity(call.directory.parts.userChanges.update(id, patch)));
}

function deleteUser(call: ManagementCall) {
  call.directory.parts.userChanges.delete(userOf(call).id);
  return noContent();
}

function changeCustomData(call: ManagementCall) {
  const { id, customData } = userOf(call);
  const { customData: patch } = call.body(changedCustomData);
  return ok(
    call.directory.parts.userChanges.update(id, { customData: { ...customData, ...patch } }).customData,
  );
}

function changeProfile(call: ManagementCall) {
  const { id, profile } = userOf(call);
  const { profile: patch } = call.body(changedProfile);
  return ok(call.directory.parts.userChanges.update(id, { profile: { ...profile, ...patch } }).profile);
}

function changePassword(call: ManagementCall) {
  const { id } = userOf(call);
  return ok(userEntity(call.directory.parts.userChanges.update(id, call.body(changedPassword))));
}

function verifyPassword(call: ManagementCall) {
  const { password } = userOf(call);
  if (password === undefined || password !== call.body(changedPassword).password) {
    throw new ManagementError(422, 'session.invalid_credentials', 'Incorrect account or password.');
  }
  return noContent();
}

function changeSuspension(call: ManagementCall) {
  const { id } = userOf(call);
  const { userChanges } = call.directory.parts;
  return ok(
    userEntity(call.body(changedSuspension).isSuspended ? userChanges.suspend(id) : userChanges.restore(id)),
  );
}

function listOrganizations(call: ManagementCall) {
  const { directory } = call;
  return ok(
    userOf(call).organizations.map((membership) => ({
      ...organizationEntity(directory, directory.organization(membership.id)),
      organizationRoles: directory
        .organizationRoles(membership)
        .map((role) => organizationRoleName(directory, role)),
    })),
  );
}

type Identifiers = { [Key in 'username' | 'primaryEmail' | 'primaryPhone']?: string | null | undefined };

/** @throws if another user has one of the identifiers */
function assertUnused({ parts }: Directory, identifiers: Identifiers, ownId?: string): void {
  const { username, primaryEmail, primaryPhone } = identifiers;
  const values = [
    ['username', username],
    ['email', primaryEmail],
    ['phone', primaryPhone],
  ] as const;
  for (const [kind, value] of values) {
    const found = value ? parts.tenant.findByIdentifier(value, [kind]) : undefined;
    if (found && found.id !== ownId) {
      throw new ManagementError(422, `user.${kind}_already_in_use`, `This ${kind} is already in use.`);
    }
  }
}
