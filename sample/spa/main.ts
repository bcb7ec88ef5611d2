import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { announce } from './demo/announce.js';
import { prepareEnvironment } from './demo/prepare-environment.js';

async function bootstrap(): Promise<void> {
  await prepareEnvironment();
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { forceCloseConnections: true });
  app.enableShutdownHooks();
  app.enableCsrfProtection();
  // Otherwise browsers would load everything from https://localhost.
  app.useSecurityHeaders({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });
  await app.listen(process.env.PORT ?? 3000);
  announce();
}

bootstrap().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
