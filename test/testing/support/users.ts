import type { LogtoTestUser } from 'nestjs-logto/testing';
import { resource } from '../../support/logto/issuer.js';

/** A user with every role, scope and permission that the shop requires. */
export const ada: LogtoTestUser = {
  sub: 'ada',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  phone_number: null,
  custom_data: { plan: 'pro' },
  roles: ['admin'],
  scopes: { [resource]: ['read:orders'], 'https://other.example.com': ['read:other'] },
  organizations: [
    {
      id: 'acme',
      name: 'Acme Ltd',
      roles: ['owner'],
      scopes: ['invite'],
      resourceScopes: { [resource]: ['read:orders'] },
    },
    'globex',
  ],
};
/** A user whose roles do not meet those requirements. */
export const bob: LogtoTestUser = {
  sub: 'bob',
  roles: ['reader'],
  organizations: [{ id: 'acme', roles: ['guest'] }],
};
