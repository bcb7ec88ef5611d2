import { z } from 'zod';

import { created, noContent, ok } from '../management-response.js';
import type { Invitation } from '../directory.js';
import { invitationEntity } from '../entities.js';
import { randomId } from '../entity-ids.js';
import { emailAddress } from '../body-schemas.js';
import type { ManagementCall } from '../management-call.js';
import { ManagementError, notExists, unknownRelation } from '../management-error.js';
import { setMembership } from './memberships.js';

const newInvitation = z.object({
  inviterId: z.string().nullable().default(null),
  invitee: emailAddress,
  organizationId: z.string(),
  expiresAt: z.number(),
  organizationRoleIds: z.array(z.string()).default([]),
});
const changedStatus = z.discriminatedUnion('status', [
  z.object({ status: z.literal('Accepted'), acceptedUserId: z.string() }),
  z.object({ status: z.literal('Revoked') }),
]);

/** Invitations to organizations. The emulator sends no e-mails. */
export const invitationRoutes = {
  'GET /api/organization-invitations': listInvitations,
  'POST /api/organization-invitations': createInvitation,
  'GET /api/organization-invitations/{id}': (call: ManagementCall) =>
    ok(invitationEntity(call.directory, invitationOf(call))),
  'DELETE /api/organization-invitations/{id}': deleteInvitation,
  'PUT /api/organization-invitations/{id}/status': changeStatus,
};

function invitationOf(call: ManagementCall): Invitation {
  const id = call.param('id');
  const invitation = call.directory.invitations.get(id);
  if (!invitation) throw notExists('OrganizationInvitation', id);
  return invitation;
}

function listInvitations(call: ManagementCall) {
  const { directory, query } = call;
  const entities = [...directory.invitations.values()].map((invitation) =>
    invitationEntity(directory, invitation),
  );
  const filters = ['organizationId', 'inviterId', 'invitee'] as const;
  return ok(
    entities.filter((entity) => filters.every((name) => [entity[name], null].includes(query.get(name)))),
  );
}

function createInvitation(call: ManagementCall) {
  const { directory } = call;
  const { organizationId, organizationRoleIds, ...body } = call.body(newInvitation);
  const organization = directory.options.organizations.find(({ id }) => id === organizationId);
  if (!organization || (body.inviterId !== null && !directory.parts.tenant.users.has(body.inviterId))) {
    throw unknownRelation();
  }
  if (body.expiresAt <= Date.now()) {
    throw new ManagementError(400, 'request.invalid_input', '`expiresAt` has to be in the future.');
  }
  const now = Date.now();
  const invitation: Invitation = {
    ...body,
    id: randomId(),
    organization,
    roles: organizationRoleIds.map((id) => directory.organizationRole(id)),
    status: 'Pending',
    acceptedUserId: null,
    createdAt: now,
    updatedAt: now,
  };
  directory.invitations.set(invitation.id, invitation);
  return created(invitationEntity(directory, invitation));
}

function deleteInvitation(call: ManagementCall) {
  call.directory.invitations.delete(invitationOf(call).id);
  return noContent();
}

function changeStatus(call: ManagementCall) {
  const { directory } = call;
  const invitation = invitationOf(call);
  const body = call.body(changedStatus);
  if (invitationEntity(directory, invitation).status !== 'Pending') {
    throw new ManagementError(422, 'request.invalid_input', 'The invitation is not pending.');
  }
  if (body.status === 'Accepted') accept(call, invitation, body.acceptedUserId);
  invitation.status = body.status;
  invitation.updatedAt = Date.now();
  return ok(invitationEntity(directory, invitation));
}

function accept({ directory }: ManagementCall, invitation: Invitation, userId: string): void {
  const user = directory.user(userId);
  if (user.primaryEmail?.toLowerCase() !== invitation.invitee.toLowerCase()) {
    throw new ManagementError(
      422,
      'request.invalid_input',
      "The user's e-mail address is not the invited one.",
    );
  }
  setMembership(directory, user, invitation.organization.id, invitation.roles);
  invitation.acceptedUserId = userId;
}
