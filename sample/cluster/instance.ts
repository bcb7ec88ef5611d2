import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { printSpans } from './demo/print-spans.js';

/** Starts one instance of the app on a free port, and sends the port to the parent process. */
async function bootstrap(): Promise<void> {
  printSpans(process.env.INSTANCE ?? 'alone');
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    logger: ['error', 'warn'],
    forceCloseConnections: true,
  });
  app.enableShutdownHooks();
  const server = await app.listen(0, '127.0.0.1');
  process.send?.({ port: (server.address() as AddressInfo).port });
}

bootstrap().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
