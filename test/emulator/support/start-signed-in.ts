import { startLogtoEmulator, type LogtoEmulator, type LogtoEmulatorOptions } from 'nestjs-logto/emulator';

import { leftovers } from '../../support/runner/leftovers.js';
import type { Answer, Client } from './client.js';
import { webClient } from './web-client.js';

/** An emulator, and a web application that `ada` has signed in to. */
export interface SignedIn {
  readonly emulator: LogtoEmulator;
  readonly web: Client;
  readonly tokens: Answer;
  refresh(): Promise<Answer>;
  userInfo(): Promise<Answer>;
  /** Starts a sign-in with `prompt=none`, which needs ada's session. */
  signInSilently(): Promise<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts an emulator with the users `ada` and `grace`, and signs ada in. It is closed after the test. */
export async function startSignedIn(options: LogtoEmulatorOptions = {}): Promise<SignedIn> {
  const emulator = await startLogtoEmulator({
    port: 0,
    users: [{ username: 'ada' }, { username: 'grace' }],
    applications: [{ id: 'web', secret: 'a-secret' }],
    ...options,
  });
  const web = webClient(emulator);
  const tokens = await web.signIn({ prompt: 'consent', scope: 'openid offline_access profile' });
  return {
    emulator,
    web,
    tokens,
    refresh: () => web.refresh(tokens.body['refresh_token']),
    userInfo: () => web.userInfo(tokens.body['access_token']),
    signInSilently: () => web.callback({ scope: 'openid', prompt: 'none' }),
    close: leftovers.add(() => emulator.close()),
  };
}
