import { hasCode } from '../has-code.js';
import { LogtoEmulatorError } from '../logto-emulator-error.js';

export type OidcProviderModule = typeof import('oidc-provider');

/** Imports the optional peer dependency `oidc-provider`. */
export async function loadOidcProvider(): Promise<OidcProviderModule> {
  const { warn } = console;
  // On Node 20 the package prints a warning when it is imported. The emulator is tested on Node 20.
  console.warn = (...parts: unknown[]) => {
    if (!String(parts[0]).includes('oidc-provider WARNING')) warn.apply(console, parts);
  };
  try {
    return await import('oidc-provider');
  } catch (error) {
    if (hasCode(error, 'ERR_MODULE_NOT_FOUND')) {
      throw new LogtoEmulatorError(
        'oidc_provider_missing',
        'The emulator needs the package oidc-provider, which is not installed. Run: npm install --save-dev oidc-provider@9',
        { cause: error },
      );
    }
    throw error;
  } finally {
    console.warn = warn;
  }
}
