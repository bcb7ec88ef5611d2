import { z } from 'zod';

import { created } from '../management-response.js';
import { randomId } from '../entity-ids.js';
import type { ManagementCall } from '../management-call.js';

const newSubjectToken = z.object({ userId: z.string() });
const newOneTimeToken = z.object({
  email: z.string().regex(/^\S+@\S+\.\S+$/),
  expiresIn: z.number().int().positive().default(600),
});

/** Subject tokens, for token exchange, and one-time tokens, for magic links. */
export const tokenRoutes = {
  'POST /api/subject-tokens': createSubjectToken,
  'POST /api/one-time-tokens': createOneTimeToken,
};

function createSubjectToken(call: ManagementCall) {
  const { id: accountId } = call.directory.user(call.body(newSubjectToken).userId);
  const expiresIn = 600;
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
