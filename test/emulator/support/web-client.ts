import type { LogtoEmulator } from 'nestjs-logto/emulator';

import { Client } from './client.js';

/** The client of a web application with the secret `a-secret`. */
export const webClient = (
  emulator: LogtoEmulator,
  id = 'web',
  redirectUri = 'http://localhost:3000/callback',
): Client => new Client(emulator, id, redirectUri, 'a-secret');
