import { afterEach, describe, it } from '@jest/globals';
import { Controller, Get, Module, VersioningType, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import request from 'supertest';
import { setControllerPath } from '../../src/nest/set-controller-path.js';

/** An app with a controller that learns its path when it is created. */
async function start(path: string | undefined): Promise<INestApplication> {
  @Controller({ path: [] })
  class LateController {
    constructor() {
      setControllerPath(new.target as Type, path);
    }

    @Get()
    page(): string {
      return 'page';
    }
  }

  @Module({ controllers: [LateController] })
  class AppModule {}

  const app = await NestFactory.create(AppModule, { logger: false });
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
  return app.init();
}

describe('A controller whose path is set when it is created', () => {
  let app: INestApplication;

  afterEach(() => app.close());

  it('has its routes at that path, without a version', async () => {
    app = await start('hooks/late');
    await request(app.getHttpServer()).get('/hooks/late').expect(200);
  });

  it('has no routes without a path', async () => {
    app = await start(undefined);
    await request(app.getHttpServer()).get('/').expect(404);
  });
});
