import { isDeepStrictEqual } from 'node:util';
import type { IdTokenClaims } from '../oidc/claims.js';
import type { SessionRecord } from '../store/session-record.js';

/** The record with the claims of a refreshed ID token. What only the sign-in tells is kept. */
export function refreshedRecord(record: SessionRecord, claims: IdTokenClaims): SessionRecord {
  const sid = claims.sid ?? record.sid;
  return {
    ...record,
    claims: {
      ...claims,
      ...(record.authTime === undefined ? {} : { auth_time: record.authTime }),
      ...(sid === undefined ? {} : { sid }),
    },
    ...(sid === undefined ? {} : { sid }),
    checkedAt: Date.now(),
  };
}

/** Whether two ID tokens say the same of the user, whenever they were issued. */
export function sameClaims(one: IdTokenClaims, other: IdTokenClaims): boolean {
  return isDeepStrictEqual(aboutTheUser(one), aboutTheUser(other));
}

function aboutTheUser(claims: IdTokenClaims): Record<string, unknown> {
  const { iat: _iat, exp: _exp, nonce: _nonce, at_hash: _hash, ...rest } = claims;
  return rest;
}
