import { randomBytes } from 'node:crypto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startEmbeddedLogto } from './embedded-logto.js';

/**
 * Sets environment variables that are not set. Without `LOGTO_ENDPOINT`, it starts an emulator of Logto in this process
 * and sets the variables to its values. The app itself is the same in both cases.
 * @returns the emulator, if one was started
 */
export async function prepareEnvironment(): Promise<LogtoEmulator | undefined> {
  const { env } = process;
  env.PORT ||= '3000';
  env.LOGTO_BASE_URL ||= `http://localhost:${env.PORT}`;
  // Sessions are in this process's memory, so the secret does not have to outlive the process.
  env.LOGTO_SESSION_SECRET ||= randomBytes(32).toString('base64url');
  if (env.LOGTO_ENDPOINT) return undefined;

  const { emulator, application, resource } = await startEmbeddedLogto(env.LOGTO_BASE_URL);
  env.LOGTO_ENDPOINT = emulator.endpoint;
  env.LOGTO_APP_ID = application.id;
  env.LOGTO_APP_SECRET = application.secret;
  env.LOGTO_RESOURCE = resource;
  env.LOGTO_WEBHOOK_SIGNING_KEY = emulator.webhookSigningKey;
  env.SAMPLE_CONSOLE = '/demo/console';
  return emulator;
}
