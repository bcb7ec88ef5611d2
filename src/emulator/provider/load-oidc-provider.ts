import { hasCode } from '../has-code.js';
import { LogtoEmulatorError } from '../logto-emulator-error.js';

/** The parts of `oidc-provider` that the emulator builds on. */
export type OidcProviderModule = typeof import('oidc-provider');

/** Imports the optional peer, or says how to install it. */
export async function loadOidcProvider(): Promise<OidcProviderModule> {
  const { warn } = console;
  // On Node 20 the package warns at import that it wants a newer one. The emulator's own tests run on
  // Node 20, and an emulator that prints nothing else should not start with somebody else's warning.
  console.warn = (...parts: unknown[]) => {
    if (!String(parts[0]).includes('oidc-provider WARNING')) {
      warn.apply(console, parts);
    }
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
