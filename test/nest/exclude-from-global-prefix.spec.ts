import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import { ApplicationConfig, NestFactory } from '@nestjs/core';
import request from 'supertest';
import { excludeFromGlobalPrefix } from '../../src/nest/exclude-from-global-prefix.js';

@Controller()
class PagesController {
  @Get(['health', 'logto/sign-in', 'cart'])
  page(): string {
    return 'page';
  }
}

@Module({ controllers: [PagesController] })
class AppModule {}

describe('A route that is excluded from the global prefix', () => {
  let app: INestApplication;

  beforeEach(async () => {
    app = await NestFactory.create(AppModule, { logger: false });
    app.setGlobalPrefix('api', { exclude: ['health'] });
    excludeFromGlobalPrefix(app.get(ApplicationConfig), ['/logto/sign-in']);
    await app.init();
  });

  afterEach(() => app.close());

  it('is at its own path alone', async () => {
    await request(app.getHttpServer()).get('/logto/sign-in').expect(200);
    await request(app.getHttpServer()).get('/api/logto/sign-in').expect(404);
  });

  it('leaves the others where main.ts has put them', async () => {
    await request(app.getHttpServer()).get('/health').expect(200);
    await request(app.getHttpServer()).get('/api/cart').expect(200);
    await request(app.getHttpServer()).get('/cart').expect(404);
  });
});
