import { NestFactory } from '@nestjs/core';
import { announce } from './demo/announce.js';
import { ConsoleModule } from './demo/console.module.js';
import { explain } from './demo/explain.js';
import { prepareEnvironment } from './demo/prepare-environment.js';

async function bootstrap(): Promise<void> {
  const demo = await prepareEnvironment();
  // Imported here, because AppModule reads environment variables that were set just now.
  const { AppModule } = await import('./app.module.js');
  const app = await NestFactory.create(demo ? ConsoleModule.forApp(AppModule, demo) : AppModule, {
    forceCloseConnections: true,
  });
  app.enableShutdownHooks();
  await app.listen(process.env.PORT ?? 3000);
  announce(demo);
}

bootstrap().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});
