import type { ResolvedOptions } from '../options/logto-emulator-schema.js';
import type { Tenant } from '../tenant/tenant.js';
import type { OidcProviderModule } from './load-oidc-provider.js';
import type { MemoryStore } from './memory-store.js';
import type { SigningKeys } from './signing-keys.js';

/** What {@link createProvider} needs. */
export interface ProviderDependencies {
  module: OidcProviderModule;
  endpoint: string;
  tenant: Tenant;
  store: MemoryStore;
  signing: SigningKeys;
  cookieKeys: string[];
  options: ResolvedOptions;
}
