import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { Latch } from '../runner/latches.js';

/** Pauses the next response of an endpoint until the latch is released. */
export function pauseResponse(issuer: LogtoEmulator, endpoint: 'token' | 'userinfo'): Latch {
  const latch = new Latch();
  issuer.failNext(endpoint, {
    transform: async (response) => {
      await latch.wait();
      return response;
    },
  });
  return latch;
}
