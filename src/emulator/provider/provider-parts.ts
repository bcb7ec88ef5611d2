import type { ResolvedOptions } from '../options/logto-emulator-schema.js';
import type { Page } from '../pages/page-layout.js';
import type { Tenant } from '../tenant/tenant.js';
import type { OidcProviderModule } from './load-oidc-provider.js';
import type { MemoryStore } from './memory-store.js';
import type { SigningKeys } from './signing-keys.js';

/** What a provider is built from. */
export interface ProviderParts {
  module: OidcProviderModule;
  endpoint: string;
  tenant: Tenant;
  store: MemoryStore;
  signing: SigningKeys;
  cookieKeys: string[];
  options: ResolvedOptions;
  pages: ProviderPages;
}

/** The pages that the provider itself answers with; `locales` is what the browser or the application prefers. */
export interface ProviderPages {
  /** @param form - The provider's own form, with its protection against forgery. */
  signOut: (locales: string, form: string) => Page;
  signedOut: (locales: string) => Page;
  /** For what Logto can do and the emulator cannot. */
  notFound: (locales: string) => Page;
  /** @param remedy - What to change in the emulator's options. */
  error: (
    locales: string,
    error: { error: string; error_description?: string | undefined },
    remedy: string,
  ) => Page;
}
