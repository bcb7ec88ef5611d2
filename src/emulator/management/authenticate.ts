import { createLocalJWKSet, jwtVerify } from 'jose';

import { managementApiResource } from '../options/management-api.js';
import type { SigningKeys } from '../provider/signing-keys.js';
import { ManagementError } from './management-error.js';

/** Checks the access token of a request, which must be for the Management API and have the scope `all`. */
export async function authenticate(
  authorization: string | undefined,
  issuer: string,
  signing: SigningKeys | undefined,
): Promise<void> {
  if (authorization === undefined) {
    throw new ManagementError(401, 'auth.authorization_header_missing', 'Authorization header is missing.');
  }
  const [, token] = /^Bearer (.+)$/.exec(authorization) ?? [];
  if (token === undefined) {
    throw new ManagementError(
      401,
      'auth.authorization_token_type_not_supported',
      'Authorization type is not supported.',
    );
  }
  const keys = (signing?.keys ?? []).map(({ kty, crv, x, y, n, e, kid }) => ({ kty, crv, x, y, n, e, kid }));
  let scope: unknown;
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys }), {
      issuer,
      audience: managementApiResource,
    });
    ({ scope } = payload);
  } catch {
    throw new ManagementError(
      401,
      'auth.unauthorized',
      'Unauthorized. Check the credentials and their scope.',
    );
  }
  if (typeof scope !== 'string' || !scope.split(' ').includes('all')) {
    throw new ManagementError(403, 'auth.forbidden', 'Forbidden. Check the roles and permissions.');
  }
}
