import { beforeAll } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { closeAfterAll } from '../../support/close-after.js';
import { RealTokens, startAccessIssuer } from './real-tokens.js';

/** Starts the tenant of {@link startAccessIssuer} and a source of its tokens for the current `describe`. */
export function accessTenant(): { readonly issuer: LogtoEmulator; readonly tokens: RealTokens } {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  const closedAfterAll = closeAfterAll();

  beforeAll(async () => {
    issuer = closedAfterAll(await startAccessIssuer());
    tokens = closedAfterAll(await RealTokens.from(issuer));
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
