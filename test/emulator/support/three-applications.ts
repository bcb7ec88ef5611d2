import { afterEach } from '@jest/globals';
import {
  CookieJar,
  startLogtoEmulator,
  type EmulatorUser,
  type LogtoEmulator,
  type LogtoEmulatorOptions,
} from 'nestjs-logto/emulator';

import { Client, type Answer, type Parameters } from './client.js';
import { decode } from './recording.js';
import { webClient } from './web-client.js';

/** A sign-in that returns a refresh token. */
export const offline = { prompt: 'consent', scope: 'openid offline_access' };

let started: LogtoEmulator | undefined;
afterEach(() => started?.close());

/** Starts a tenant with a web, a single-page and a native application and one user, `ada`. */
export async function startThreeApplications(
  user: Partial<EmulatorUser> = {},
  options: LogtoEmulatorOptions = {},
) {
  const emulator = await startLogtoEmulator({
    port: 0,
    users: [{ username: 'ada', ...user }],
    applications: [
      { id: 'web', secret: 'a-secret', allowTokenExchange: true },
      { id: 'spa' },
      { id: 'native', type: 'Native' },
    ],
    ...options,
  });
  started = emulator;
  return {
    emulator,
    web: webClient(emulator),
    spa: new Client(emulator, 'spa', 'http://localhost:3000/callback'),
    native: new Client(emulator, 'native', 'http://localhost:3000/callback'),
  };
}

/** Signs ada in with new cookies. */
export const signIn = async (client: Client, parameters: Parameters = offline): Promise<Answer> =>
  client.signIn(parameters, { cookies: new CookieJar() });

/** The payload of the access token in a response. */
export const accessTokenOf = (answer: Answer): Record<string, unknown> =>
  decode(answer.body['access_token'])?.payload ?? {};
