import { randomBytes } from 'node:crypto';
import { startLogtoEmulator } from 'nestjs-logto/emulator';
import { startRedis } from './start-redis.js';

const resource = 'https://api.example.com';

/** Sets environment variables that are not set, and starts Redis and an emulator of Logto if they are needed. */
export async function prepareEnvironment(): Promise<void> {
  const { env } = process;
  env.PORT ||= '3000';
  env.LOGTO_BASE_URL ||= `http://localhost:${env.PORT}`;
  env.LOGTO_SESSION_SECRET ||= randomBytes(32).toString('base64url');
  env.LOGTO_ENCRYPTION_KEYS ||= randomBytes(32).toString('base64url');
  env.REDIS_URL ||= await startRedis();
  if (env.LOGTO_ENDPOINT) return;

  const secret = randomBytes(24).toString('base64url');
  const emulator = await startLogtoEmulator({
    port: 0,
    applications: [{ id: 'cluster', secret, name: 'Two instances' }],
    users: [{ username: 'ada', password: 'lovelace', name: 'Ada Lovelace' }],
    resources: [{ indicator: resource }],
    // Stricter than Logto, which rotates a refresh token late in its lifetime and accepts the previous one for another
    // three seconds.
    rotation: 'every-use',
    refreshTokenReuseInterval: 0,
  });
  env.LOGTO_ENDPOINT = emulator.endpoint;
  env.LOGTO_APP_ID = 'cluster';
  env.LOGTO_APP_SECRET = secret;
  env.LOGTO_RESOURCE = resource;
}
