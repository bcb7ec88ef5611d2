import { createProxy } from './demo/proxy.js';
import { createInterface } from 'node:readline';
import { prepareEnvironment } from './demo/prepare-environment.js';
import { rotateKey } from './demo/rotate-key.js';
import { startInstances } from './demo/start-instances.js';
import { RedisMissing } from './demo/start-redis.js';

/** Starts two instances of the app behind a proxy, with their sessions in one Redis. The app itself is in `app.module.ts`. */
async function bootstrap(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit());
  await prepareEnvironment();
  const { PORT, LOGTO_BASE_URL, LOGTO_ENDPOINT, REDIS_URL } = process.env;
  console.log(`\n  Redis       ${REDIS_URL}\n  Logto       ${LOGTO_ENDPOINT}`);
  const instances = await startInstances(['A', 'B']);
  const proxy = createProxy(() => [...instances.keys()]);
  await new Promise<void>((resolve, reject) => proxy.once('error', reject).listen(Number(PORT), resolve));
  console.log(
    `\n  Open        ${LOGTO_BASE_URL}  (with the emulator, sign in as ada / lovelace)\n  Rotate      Press Enter to replace the ` +
      'encryption key. Users stay signed in.\n  Stop        Ctrl-C\n',
  );
  for await (const line of createInterface(process.stdin)) if (line === '') await rotateKey(instances);
}

bootstrap().catch((error: unknown) => {
  console.error(error instanceof RedisMissing ? error.message : error);
  process.exit(1);
});
