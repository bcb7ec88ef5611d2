import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { Latch } from '../runner/latches.js';

/** Pauses the next response of the token endpoint until the latch is released. */
export function pauseTokenResponse(issuer: LogtoEmulator): Latch {
  const latch = new Latch();
  issuer.failNext('token', {
    transform: async (response) => {
      await latch.wait();
      return response;
    },
  });
  return latch;
}
