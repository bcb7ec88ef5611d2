import type { Account } from 'oidc-provider';

import type { Tenant, TenantUser } from '../../tenant/tenant.js';
import type { OidcProviderModule } from '../load-oidc-provider.js';
import type { MemoryStore } from '../memory-store.js';
import type { SigningAlgorithm } from '../../tenant/key-rotation.js';

/** What the grants of the token endpoint need besides the request. */
export interface GrantEnvironment {
  tenant: Tenant;
  store: MemoryStore;
  /** Turns a user into an account of the provider. */
  account: (user: TenantUser) => Account;
  algorithm: SigningAlgorithm;
  /** Lifetime of organization tokens in seconds. */
  accessTokenTtl: number;
  errors: OidcProviderModule['errors'];
}
