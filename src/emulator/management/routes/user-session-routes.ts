import type { AdapterPayload } from 'oidc-provider';

import { noContent, ok } from '../management-response.js';
import type { ManagementCall } from '../management-call.js';
import { notFound } from '../management-error.js';
import { userOf } from './user-routes.js';

/** The sessions of users at the emulator. */
export const userSessionRoutes = {
  'GET /api/users/{userId}/sessions': (call: ManagementCall) =>
    ok({ sessions: sessionsOf(call).map(sessionEntity) }),
  'GET /api/users/{userId}/sessions/{sessionId}': (call: ManagementCall) =>
    ok(sessionEntity(sessionOf(call))),
  'DELETE /api/users/{userId}/sessions/{sessionId}': endSession,
};

function sessionsOf(call: ManagementCall): AdapterPayload[] {
  const { id } = userOf(call);
  return call.directory.parts.store.findWhere('Session', ({ accountId }) => accountId === id);
}

function sessionOf(call: ManagementCall): AdapterPayload {
  const session = sessionsOf(call).find(({ uid }) => uid === call.param('sessionId'));
  if (!session) throw notFound();
  return session;
}

function sessionEntity(session: AdapterPayload) {
  const { exp = 0, iat = 0, jti = '', uid = '', loginTs = 0, accountId = '', authorizations } = session;
  const [clientId = null] = Object.keys(authorizations ?? {});
  return {
    payload: {
      exp,
      iat,
      jti,
      uid,
      kind: 'Session',
      loginTs,
      accountId,
      ...(authorizations && { authorizations }),
    },
    lastSubmission: null,
    clientId,
    accountId,
    expiresAt: exp * 1000,
  };
}

/** Ends a session. As in Logto, refresh tokens with `offline_access` still work unless the request says otherwise. */
function endSession(call: ManagementCall) {
  const { uid, authorizations = {} } = sessionOf(call);
  const { store, tenant } = call.directory.parts;
  const target = call.query.get('revokeGrantsTarget');
  for (const [clientId, { grantId, persistsLogout }] of Object.entries(authorizations)) {
    const isFirstParty = tenant.applications.get(clientId)?.isThirdParty !== true;
    const isRevoked = target === 'all' || (target === 'firstParty' ? isFirstParty : !persistsLogout);
    if (grantId !== undefined && isRevoked) store.deleteGrant(grantId);
  }
  store.deleteWhere('Session', (session) => session.uid === uid);
  return noContent();
}
