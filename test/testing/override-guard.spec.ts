import { describe, expect, it } from '@jest/globals';
import { Controller, Get, UseFilters, UseGuards } from '@nestjs/common';
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
import type TestAgent from 'supertest/lib/agent.js';
import { validOptions } from '../support/app/options.js';
import { startUnderTest } from './support/shop-under-test.js';

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

const allowAll = { canActivate: () => true };

describe('A unit test that overrides LogtoGuard', () => {
  const start = async (builder: TestingModuleBuilder): Promise<TestAgent> =>
    (await startUnderTest(builder)).http();

  describe('without LogtoModule', () => {
    it('can call handlers', async () => {
      const module = await Test.createTestingModule({ controllers: [OrdersController, InfoController] })
        .overrideGuard(LogtoGuard)
        .useValue(allowAll)
        .compile();

      expect(module.get(OrdersController).mine({ sub: 'ada' } as IdTokenClaims)).toBe('orders of ada');
      expect(module.get(InfoController).info({ sub: 'ada' })).toBe('info of ada');
    });

    it('can call handlers even without the override', async () => {
      const module = await Test.createTestingModule({
        controllers: [OrdersController, InfoController],
      }).compile();

      expect(module.get(OrdersController).list()).toBe('orders');
    });

    it('accepts requests, and the error of @AuthUser() says how to give it a user', async () => {
      const http = await start(
        Test.createTestingModule({ controllers: [OrdersController] })
          .overrideGuard(LogtoGuard)
          .useValue(allowAll),
      );

      await http.get('/orders').expect(200, 'orders');
      const answer = await http.get('/orders/mine').expect(500);
      expect(answer.body).toMatchObject({
        code: 'module_missing',
        detail: expect.stringContaining('LogtoTestingModule.forRoot()'),
      });
    });
  });

  it('sees the user of LogtoTestingModule in handlers', async () => {
    const http = await start(
      Test.createTestingModule({
        imports: [LogtoTestingModule.forRoot()],
        controllers: [OrdersController, InfoController],
      })
        .overrideGuard(LogtoGuard)
        .useValue(allowAll),
    );

    // The user lacks the role that the class requires.
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

  it('works with the LogtoModule of the app', async () => {
    const http = await start(
      Test.createTestingModule({
        imports: [LogtoModule.forRoot(validOptions)],
        controllers: [OrdersController],
      })
        .overrideGuard(LogtoGuard)
        .useValue(allowAll),
    );

    await http.get('/orders/who').expect(200, { isAuthenticated: false });
  });

  it('overrides the provider when APP_GUARD uses an existing LogtoGuard', async () => {
    const http = await start(
      Test.createTestingModule({
        imports: [LogtoModule.forRoot({ ...validOptions, scopes: [UserScope.Roles] })],
        controllers: [GuardedByAppController],
        providers: [{ provide: APP_GUARD, useExisting: LogtoGuard }],
      })
        .overrideProvider(LogtoGuard)
        .useValue(allowAll),
    );

    await http.get('/open').expect(200, 'open');
  });
});
