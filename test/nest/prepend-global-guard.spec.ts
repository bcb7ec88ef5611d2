import { expect, it } from '@jest/globals';
import { Controller, Get, Module, type CanActivate } from '@nestjs/common';
import { ApplicationConfig, NestFactory } from '@nestjs/core';
import request from 'supertest';
import { prependGlobalGuard } from '../../src/nest/prepend-global-guard.js';

@Controller()
class PageController {
  @Get()
  page(): string {
    return 'page';
  }
}

@Module({ controllers: [PageController] })
class AppModule {}

it('A prepended global guard runs before those that the app has registered', async () => {
  const calls: string[] = [];
  const guard = (name: string): CanActivate => ({ canActivate: () => calls.push(name) > 0 });
  const app = await NestFactory.create(AppModule, { logger: false });
  app.useGlobalGuards(guard('of the app'));
  prependGlobalGuard(app.get(ApplicationConfig), guard('prepended'));
  await app.init();
  await request(app.getHttpServer()).get('/').expect(200);
  expect(calls).toEqual(['prepended', 'of the app']);
  await app.close();
});
