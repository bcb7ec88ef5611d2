import { beforeAll } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { RealTokens, startAccessIssuer } from './real-tokens.js';
import { closeLater } from '../../support/runner/leftovers.js';

/** Starts the tenant of {@link startAccessIssuer} and a source of its tokens for the current `describe`. */
export function accessTenant(): { readonly issuer: LogtoEmulator; readonly tokens: RealTokens } {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = closeLater(await RealTokens.from(issuer));
  });

  return {
    get issuer() {
      return issuer;
    },
    get tokens() {
      return tokens;
    },
  };
}
