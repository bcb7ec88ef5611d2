import { Controller, Get, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ContenderSetup } from '../support/setup.js';

/** The public page of every contender. */
@Controller()
class HomeController {
  @Get()
  home(): { page: string } {
    return { page: 'home' };
  }
}

/** Starts a Nest app as every contender does. @param configure what it does in main.ts */
export async function listen(
  { controllers = [], ...parts }: ModuleMetadata,
  { port }: ContenderSetup,
  configure?: (app: NestExpressApplication) => void | Promise<void>,
): Promise<NestExpressApplication> {
  const module = { module: class AppModule {}, controllers: [HomeController, ...controllers], ...parts };
  const app = await NestFactory.create<NestExpressApplication>(module, { logger: false });
  await configure?.(app);
  await app.listen(port, '127.0.0.1');
  return app;
}
