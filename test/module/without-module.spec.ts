import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Logger,
  Module,
  Scope,
  UseFilters,
  UseGuards,
  type DynamicModule,
  type ModuleMetadata,
} from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import express from 'express';
import {
  AuthUser,
  LogtoApiGuard,
  LogtoContext,
  LogtoException,
  LogtoExceptionFilter,
  LogtoGuard,
  LogtoModule,
} from 'nestjs-logto';
import { WebSocket } from 'ws';
import { LogRecorder } from '../guard/support/log-recorder.js';
import { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { validOptions } from '../support/app/options.js';
import { closeLater } from '../support/runner/leftovers.js';

@Controller('guarded')
@UseGuards(LogtoGuard)
class GuardedController {
  @Get()
  get(): string {
    return 'guarded';
  }
}

@Controller('api')
class ApiController {
  @Get()
  @UseGuards(LogtoApiGuard)
  get(): string {
    return 'api';
  }
}

@Injectable()
class OwnGuard extends LogtoGuard {}

@Controller('own')
@UseGuards(OwnGuard)
class OwnGuardController {
  @Get()
  get(): string {
    return 'own';
  }
}

@Injectable({ scope: Scope.REQUEST })
class RequestScopedGuard extends LogtoGuard {}

@Controller('request-scoped')
@UseGuards(RequestScopedGuard)
class RequestScopedController {
  @Get()
  get(): string {
    return 'request-scoped';
  }
}

@Controller('user')
class UserController {
  @Get()
  get(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('claims')
  claims(@AuthUser('claims') claims: object): object {
    return claims;
  }
}

@Controller('filtered')
@UseFilters(LogtoExceptionFilter)
class FilteredController {
  @Get()
  get(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('thrown')
  thrown(): never {
    throw new LogtoException('access_denied', 'No entry.', { status: 403 });
  }
}

@WebSocketGateway({ path: '/ws' })
class UserGateway {
  @SubscribeMessage('user')
  user(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }
}

describe('An app without LogtoModule', () => {
  const logs = new LogRecorder();
  let url: string;

  afterEach(() => {
    // The same line is logged only once in a while.
    passTime(60);
    logs.lines.length = 0;
    logs.stop();
  });

  afterAll(restoreTime);

  async function start(
    metadata: ModuleMetadata,
    configure?: (app: NestExpressApplication) => void,
  ): Promise<Browser> {
    @Module(metadata)
    class AppModule {}
    const app = closeLater(
      await NestFactory.create<NestExpressApplication>(AppModule, { abortOnError: false, logger: logs }),
    );
    configure?.(app);
    await app.listen(0);
    url = (await app.getUrl()).replace('[::1]', 'localhost');
    return new Browser(url);
  }

  const named = (what: string, module: string): object => ({
    code: 'module_missing',
    message: expect.stringMatching(
      new RegExp(
        `^${what} in ${module} finds no LogtoModule.*LogtoModule\\.forRoot.*LogtoTestingModule`,
        's',
      ),
    ),
  });

  it.each<[string, string, ModuleMetadata]>([
    ['LogtoGuard', 'LogtoGuard', { controllers: [GuardedController] }],
    ['LogtoApiGuard', 'LogtoApiGuard', { controllers: [ApiController] }],
    ['a guard that extends LogtoGuard', 'OwnGuard', { controllers: [OwnGuardController] }],
    ['LogtoGuard as APP_GUARD', 'LogtoGuard', { providers: [{ provide: APP_GUARD, useClass: LogtoGuard }] }],
  ])('does not start with %s, and the error says what is missing', async (_, what, metadata) => {
    await expect(start(metadata)).rejects.toMatchObject(named(what, 'AppModule'));
  });

  it('fails at the first request when the guard is request-scoped', async () => {
    const browser = await start({ controllers: [RequestScopedController] });

    const page = await browser.fetch('/request-scoped');
    expect([page.status, page.json().code]).toEqual([500, 'module_missing']);
    expect(logs.errors.join()).toMatch(/RequestScopedGuard .*finds no LogtoModule/);
  });

  it('fails for @AuthUser() rather than treating the request as anonymous', async () => {
    const browser = await start({ controllers: [UserController] });

    for (const path of ['/user', '/user/claims']) {
      const page = await browser.fetch(path);
      expect([page.status, page.json()]).toEqual([
        500,
        expect.objectContaining({
          code: 'module_missing',
          detail: expect.stringMatching(/^@AuthUser\(\) finds no LogtoModule.*forRoot.*LogtoTestingModule/s),
        }),
      ]);
    }
    expect(logs.errors.filter((line) => line.includes('module_missing'))).toHaveLength(1);
  });

  it('fails for the @AuthUser() of a gateway too', async () => {
    await start({ providers: [UserGateway] }, (app) => app.useWebSocketAdapter(new WsAdapter(app)));
    const client = new WebSocket(`${url.replace('http', 'ws')}/ws`);
    await new Promise((resolve) => client.once('open', resolve));
    const answer = new Promise((resolve) =>
      client.once('message', (data: Buffer) => resolve(data.toString())),
    );
    client.send(JSON.stringify({ event: 'user', data: {} }));

    expect(await answer).toContain('exception');
    expect(logs.errors.join()).toContain('module_missing');
    client.close();
  });

  it('can still use LogtoExceptionFilter', async () => {
    const browser = await start({ controllers: [FilteredController] });

    const page = await browser.open('/filtered');
    expect([page.status, page.headers.get('content-type')]).toEqual([
      500,
      expect.stringContaining('text/html'),
    ]);
    expect(page.text).toContain('module_missing');
    expect((await browser.fetch('/filtered/thrown')).json()).toMatchObject({
      code: 'access_denied',
      detail: 'No entry.',
    });
  });

  it('does not find the module of another app that it mounts', async () => {
    @Module({ imports: [LogtoModule.forRoot(validOptions)], controllers: [UserController] })
    class InnerModule {}
    const inner = closeLater(await NestFactory.create<NestExpressApplication>(InnerModule, { logger: logs }));
    await inner.init();
    const parent = express();
    parent.use('/inner', inner.getHttpAdapter().getInstance() as express.Application);
    const browser = await start({ controllers: [UserController] }, (app) => app.use(parent));

    expect((await browser.fetch('/inner/user')).json()).toEqual({ isAuthenticated: false });
    expect((await browser.fetch('/user')).json()).toMatchObject({ code: 'module_missing' });
  });
});

describe('A module that does not import LogtoModule when that is not global', () => {
  it('is named by the error when a guard of its controllers needs LogtoModule', async () => {
    @Module({ controllers: [GuardedController] })
    class OrdersModule {}
    @Module({})
    class AppModule {
      static with(logto: DynamicModule): DynamicModule {
        return { module: AppModule, imports: [logto, OrdersModule] };
      }
    }
    const app = await NestFactory.create(
      AppModule.with(LogtoModule.forRoot({ ...validOptions, global: false })),
      { logger: false, abortOnError: false },
    );

    await expect(app.init()).rejects.toMatchObject({
      code: 'module_missing',
      message: expect.stringMatching(/LogtoGuard in OrdersModule .*global: false.*import/s),
    });
    Logger.overrideLogger(false);
    await app.close();
  });
});
