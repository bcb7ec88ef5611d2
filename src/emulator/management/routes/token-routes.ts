import { z } from 'zod';

import { temporaryTokenLifetime } from '../../temporary-token-lifetime.js';
import { created } from '../management-response.js';
import { randomId } from '../entity-ids.js';
import { emailAddress } from '../body-schemas.js';
import type { ManagementCall } from '../management-call.js';

const newSubjectToken = z.object({ userId: z.string() });
const newOneTimeToken = z.object({
  email: emailAddress,
  expiresIn: z.number().int().positive().default(temporaryTokenLifetime),
});

/** Subject tokens, for token exchange, and one-time tokens, for magic links. */
export const tokenRoutes = {
  'POST /api/subject-tokens': createSubjectToken,
  'POST /api/one-time-tokens': createOneTimeToken,
};

function createSubjectToken(call: ManagementCall) {
  const { id: accountId } = call.directory.user(call.body(newSubjectToken).userId);
  const expiresIn = temporaryTokenLifetime;
  return created({
    subjectToken: call.directory.parts.issue('SubjectToken', { accountId }, expiresIn),
    expiresIn,
  });
}

function createOneTimeToken(call: ManagementCall) {
  const { email, expiresIn } = call.body(newOneTimeToken);
  const createdAt = Date.now();
  return created({
    tenantId: 'default',
    id: randomId(),
    email,
    token: call.directory.parts.issue('OneTimeToken', { email }, expiresIn),
    context: {},
    status: 'active' as const,
    createdAt,
    expiresAt: createdAt + expiresIn * 1000,
  });
}
