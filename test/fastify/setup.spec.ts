import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Req, UseGuards, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { Request } from 'express';
import { AuthUser, LogtoApiGuard, LogtoModule, type LogtoModuleOptions } from 'nestjs-logto';
import request from 'supertest';
import { signedInAs, useLogtoTesting } from 'nestjs-logto/testing';
import { leaks } from '../support/runner/leaks.js';
import { closeLater } from '../support/runner/leftovers.js';
import { validOptions } from '../support/app/options.js';

const bearerOnly: LogtoModuleOptions = {
  endpoint: 'https://tenant.logto.app',
  api: { audience: 'https://api.example.com' },
};

@Controller()
class ThingsController {
  @Get('things')
  @UseGuards(LogtoApiGuard)
  things(@AuthUser('claims') claims: { sub: string }): string {
    return claims.sub;
  }

  @Get('who')
  who(@AuthUser() user: unknown, @Req() { user: attached }: Request): unknown {
    return { user, same: attached === user };
  }
}

type FastifyInstance = ReturnType<
  NestFastifyApplication['getHttpAdapter']
>['getInstance'] extends () => infer T
  ? T
  : never;

/** Creates the app as main.ts does. */
async function start(
  module: DynamicModule,
  configure?: (fastify: FastifyInstance) => void,
): Promise<NestFastifyApplication> {
  @Module({ imports: [module], controllers: [ThingsController] })
  class AppModule {}

  const options = { abortOnError: false, logger: leaks };
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), options);
  closeLater(app);
  configure?.(app.getHttpAdapter().getInstance());
  return ready(app);
}

async function ready(app: NestFastifyApplication): Promise<NestFastifyApplication> {
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

const get = (app: NestFastifyApplication, path: string): request.Test =>
  request(app.getHttpServer()).get(path);

describe('LogtoModule on Fastify', () => {
  it.each([
    ['forRoot', () => LogtoModule.forRoot(bearerOnly)],
    [
      'forRootAsync and `authRoutes: false`',
      () => LogtoModule.forRootAsync({ useFactory: () => bearerOnly, authRoutes: false }),
    ],
  ])('starts with %s and options for bearer tokens alone', async (_, register) => {
    const app = await start(register());

    await get(app, '/things').expect(401).expect('WWW-Authenticate', 'Bearer');
  });

  it.each([
    ['a session', () => LogtoModule.forRoot(validOptions)],
    ['routes', () => LogtoModule.forRootAsync({ useFactory: () => bearerOnly })],
    ['webhooks', () => LogtoModule.forRoot({ ...bearerOnly, webhooks: { signingKey: 'a-signing-key' } })],
  ])('does not start with options for %s, and says what works', async (_, register) => {
    await expect(start(register())).rejects.toMatchObject({
      code: 'adapter_not_supported',
      message: expect.stringMatching(/"fastify".*bearer tokens only.*`endpoint` and `api`/s),
    });
  });

  it('gives handlers without a guard an anonymous user', async () => {
    const app = await start(LogtoModule.forRoot(bearerOnly));
    await get(app, '/who').expect(200, { user: { isAuthenticated: false }, same: true });
  });

  it("keeps another library's user on the request", async () => {
    const app = await start(LogtoModule.forRoot(bearerOnly), (fastify) => {
      // As @fastify/jwt and @fastify/passport do.
      fastify.decorateRequest('user', null);
      fastify.addHook('onRequest', async (one) => Object.assign(one, { user: { id: 7 } }));
    });
    await get(app, '/who').expect(200, { user: { isAuthenticated: false }, same: false });
  });

  it('can be tested with useLogtoTesting and signedInAs', async () => {
    @Module({ imports: [LogtoModule.forRoot(bearerOnly)], controllers: [ThingsController] })
    class AppModule {}
    const module = await useLogtoTesting(Test.createTestingModule({ imports: [AppModule] })).compile();
    const app = closeLater(module.createNestApplication<NestFastifyApplication>(new FastifyAdapter()));
    await ready(app);

    await get(app, '/things').expect(401);
    await get(app, '/things')
      .set(signedInAs({ sub: 'ada' }, { as: 'bearer' }))
      .expect(200, 'ada');
  });
});
