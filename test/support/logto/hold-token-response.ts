import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { Gate } from '../runner/gates.js';

/** Holds the next response of the token endpoint at a gate. */
export function holdTokenResponse(issuer: LogtoEmulator): Gate {
  const gate = new Gate();
  issuer.failNext('token', {
    transform: async (response) => {
      await gate.pass();
      return response;
    },
  });
  return gate;
}
