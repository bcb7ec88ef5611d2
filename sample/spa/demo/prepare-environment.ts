import { randomBytes } from 'node:crypto';
import { LogtoEmulatorError, startLogtoEmulator, type LogtoEmulatorOptions } from 'nestjs-logto/emulator';
import { people } from './people.js';

/** Sets environment variables that are not set, and starts an emulator of Logto if there is none. */
export async function prepareEnvironment(): Promise<void> {
  const { env } = process;
  env.PORT ||= '3000';
  env.LOGTO_BASE_URL ||= `http://localhost:${env.PORT}`;
  env.LOGTO_SESSION_SECRET ||= randomBytes(32).toString('base64url');
  if (env.LOGTO_ENDPOINT) return;

  const secret = randomBytes(24).toString('base64url');
  env.LOGTO_ENDPOINT = await startEmulator(Number(env.LOGTO_EMULATOR_PORT || 3001), {
    applications: [{ id: 'notes', secret, name: 'Notes' }],
    users: people,
  });
  env.LOGTO_APP_ID = 'notes';
  env.LOGTO_APP_SECRET = secret;
}

/** Starts the emulator on `port`, or on any free port if `port` is in use. @returns its endpoint */
async function startEmulator(port: number, options: LogtoEmulatorOptions): Promise<string> {
  try {
    return (await startLogtoEmulator({ ...options, port })).endpoint;
  } catch (error) {
    if (!(error instanceof LogtoEmulatorError) || error.code !== 'port_in_use') throw error;
    return (await startLogtoEmulator({ ...options, port: 0 })).endpoint;
  }
}
