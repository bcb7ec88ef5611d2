import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseFilters, UseGuards, type INestApplication } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import {
  AuthUser,
  IdTokenClaims,
  LogtoContext,
  LogtoExceptionFilter,
  LogtoGuard,
  LogtoModule,
  RequireRoles,
  UserInfoResponse,
  UserScope,
  WithLogto,
} from 'nestjs-logto';
import { LogtoTestingModule, signedInAs } from 'nestjs-logto/testing';
import request from 'supertest';
import { validOptions } from '../support/options.js';

@Controller('orders')
@UseGuards(LogtoGuard)
@RequireRoles('clerk')
@UseFilters(LogtoExceptionFilter)
class OrdersController {
  @Get()
  list(): string {
    return 'orders';
  }

  @Get('mine')
  mine(@AuthUser('claims') claims: IdTokenClaims): string {
    return `orders of ${claims.sub}`;
  }

  @Get('who')
  who(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }
}

@Controller('info')
@UseGuards(LogtoGuard)
class InfoController {
  @Get()
  @WithLogto({ fetchUserInfo: true })
  info(@AuthUser('userInfo') userInfo?: UserInfoResponse): string {
    return `info of ${userInfo?.sub ?? 'nobody'}`;
  }
}

@Controller('open')
@RequireRoles('clerk')
class GuardedByAppController {
  @Get()
  get(): string {
    return 'open';
  }
}

const everybody = { canActivate: () => true };

describe('A unit test that overrides LogtoGuard', () => {
  const apps: INestApplication[] = [];

  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });

  async function started(builder: TestingModuleBuilder): Promise<ReturnType<typeof request>> {
    const app = (await builder.compile()).createNestApplication({ logger: false });
    apps.push(app);
    await app.init();
    return request(app.getHttpServer());
  }

  describe('without LogtoModule', () => {
    it('needs nothing else to call handlers', async () => {
      const module = await Test.createTestingModule({ controllers: [OrdersController, InfoController] })
        .overrideGuard(LogtoGuard)
        .useValue(everybody)
        .compile();

      expect(module.get(OrdersController).mine({ sub: 'ada' } as IdTokenClaims)).toBe('orders of ada');
      expect(module.get(InfoController).info({ sub: 'ada' })).toBe('info of ada');
    });

    it('need not even override it to call handlers', async () => {
      const module = await Test.createTestingModule({
        controllers: [OrdersController, InfoController],
      }).compile();

      expect(module.get(OrdersController).list()).toBe('orders');
    });

    it('lets requests pass, and says of @AuthUser() what gives it a user', async () => {
      const http = await started(
        Test.createTestingModule({ controllers: [OrdersController] })
          .overrideGuard(LogtoGuard)
          .useValue(everybody),
      );

      await http.get('/orders').expect(200, 'orders');
      const answer = await http.get('/orders/mine').expect(500);
      expect(answer.body).toMatchObject({
        code: 'module_missing',
        detail: expect.stringContaining('LogtoTestingModule.forRoot()'),
      });
    });
  });

  it('needs nothing else beside LogtoTestingModule, whose user handlers see', async () => {
    const http = await started(
      Test.createTestingModule({
        imports: [LogtoTestingModule.forRoot()],
        controllers: [OrdersController, InfoController],
      })
        .overrideGuard(LogtoGuard)
        .useValue(everybody),
    );

    // Without the role.
    await http
      .get('/orders/mine')
      .set(signedInAs({ sub: 'ada' }))
      .expect(200, 'orders of ada');
    await http
      .get('/info')
      .set(signedInAs({ sub: 'ada' }))
      .expect(200, 'info of ada');
    await http.get('/orders/who').expect(200, { isAuthenticated: false });
  });

  it('needs nothing else beside the LogtoModule of the app', async () => {
    const http = await started(
      Test.createTestingModule({
        imports: [LogtoModule.forRoot(validOptions)],
        controllers: [OrdersController],
      })
        .overrideGuard(LogtoGuard)
        .useValue(everybody),
    );

    await http.get('/orders/who').expect(200, { isAuthenticated: false });
  });

  it('overrides the provider where APP_GUARD is an existing LogtoGuard', async () => {
    const http = await started(
      Test.createTestingModule({
        imports: [LogtoModule.forRoot({ ...validOptions, scopes: [UserScope.Roles] })],
        controllers: [GuardedByAppController],
        providers: [{ provide: APP_GUARD, useExisting: LogtoGuard }],
      })
        .overrideProvider(LogtoGuard)
        .useValue(everybody),
    );

    await http.get('/open').expect(200, 'open');
  });
});
