import { randomBytes } from 'node:crypto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startEmbeddedLogto } from './embedded-logto.js';

/**
 * Fills in what the environment leaves open. Without `LOGTO_ENDPOINT` a stand-in for Logto starts in this
 * process, and the environment says where it is: the sample itself does not know the difference.
 * @returns the stand-in, if one was started
 */
export async function prepareEnvironment(): Promise<LogtoEmulator | undefined> {
  const { env } = process;
  env.PORT ||= '3000';
  env.LOGTO_BASE_URL ||= `http://localhost:${env.PORT}`;
  // The sessions are in this process's memory: a secret that lives no longer than they do is enough.
  env.LOGTO_SESSION_SECRET ||= randomBytes(32).toString('base64url');
  if (env.LOGTO_ENDPOINT) return undefined;

  const { emulator, application, resource } = await startEmbeddedLogto(env.LOGTO_BASE_URL);
  env.LOGTO_ENDPOINT = emulator.endpoint;
  env.LOGTO_APP_ID = application.id;
  env.LOGTO_APP_SECRET = application.secret;
  env.LOGTO_RESOURCE = resource;
  return emulator;
}
