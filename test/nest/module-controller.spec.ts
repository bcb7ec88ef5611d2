import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Get, Module, SetMetadata, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import request from 'supertest';
import { moduleController } from '../../src/nest/module-controller.js';

class PagesController {
  @Get('page')
  page(): string {
    return 'page';
  }
}

const first = moduleController(PagesController, { path: 'first' }, [SetMetadata('app', 'first')]);
const second = moduleController(PagesController, { path: 'second' });

@Module({ controllers: [first, second] })
class AppModule {}

describe('A controller of the module', () => {
  let app: INestApplication;

  beforeEach(async () => {
    app = await NestFactory.create(AppModule, { logger: false });
    await app.init();
  });

  afterEach(() => app.close());

  it('has its own path and decorators', async () => {
    await request(app.getHttpServer()).get('/first/page').expect(200, 'page');
    await request(app.getHttpServer()).get('/second/page').expect(200, 'page');
    expect([first, second].map((type) => Reflect.getMetadata('app', type))).toEqual(['first', undefined]);
  });

  it('is named after the module', () => {
    expect(first.name).toBe('LogtoPagesController');
  });

  it('stays out of OpenAPI documents', () => {
    const { paths } = SwaggerModule.createDocument(app, new DocumentBuilder().build());
    expect(paths).toEqual({});
  });
});
