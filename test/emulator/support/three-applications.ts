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

export const resource = 'https://api.example.com';

/** A sign-in that brings a refresh token. */
export const offline = { prompt: 'consent', scope: 'openid offline_access' };

let started: LogtoEmulator | undefined;
afterEach(() => started?.close());

/** A web, a single-page and a native application in a tenant that has one user, `ada`. */
export async function start(user: Partial<EmulatorUser> = {}, options: LogtoEmulatorOptions = {}) {
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
    web: new Client(emulator, 'web', 'http://localhost:3000/callback', 'a-secret'),
    spa: new Client(emulator, 'spa', 'http://localhost:3000/callback'),
    native: new Client(emulator, 'native', 'http://localhost:3000/callback'),
  };
}

/** Signs ada in, in a browser of her own. */
export const signIn = async (client: Client, parameters: Parameters = offline): Promise<Answer> =>
  client.signIn(parameters, { cookies: new CookieJar() });

/** The payload of an answer's access token. */
export const accessTokenOf = (answer: Answer): Record<string, unknown> =>
  decode(answer.body['access_token'])?.payload ?? {};
