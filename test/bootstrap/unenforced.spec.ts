import { describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Post,
  Scope,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type Provider,
} from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { MessagePattern } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  LogtoApiGuard,
  LogtoGuard,
  LogtoModule,
  Public,
  RequireRecentSignIn,
  RequireRoles,
  RequireScopes,
} from 'nestjs-logto';
import { LogtoTestingModule } from 'nestjs-logto/testing';
import type { TestAppParts } from '../support/app/app.js';
import { leaks } from '../support/runner/leaks.js';
import { validOptions } from '../support/app/options.js';
import { recordedStartup } from './support/recorded-startup.js';
import { unenforcedPlaces, unguarded } from './support/unenforced-places.js';

@Controller('open')
class OpenController {
  @Get('role')
  @RequireRoles('admin')
  role(): string {
    return 'role';
  }

  @Post('recent')
  @RequireRecentSignIn({ maxAge: 60 })
  recent(): string {
    return 'recent';
  }

  @Get('plain')
  plain(): string {
    return 'plain';
  }
}

@Controller('class')
@RequireScopes('read:things')
class OpenClassController {
  @Get()
  handler(): string {
    return this.helper();
  }

  helper(): string {
    return 'helper';
  }
}

@Controller('public')
@RequireRoles('admin')
class PublicController {
  @Get()
  @Public()
  get(): string {
    return 'public';
  }
}

@Controller('closed')
@UseGuards(LogtoGuard)
@RequireRoles('admin')
class ClosedController {
  @Get('class')
  ofClass(): string {
    return 'class';
  }
}

@Controller('by-handler')
class ClosedHandlerController {
  @Get()
  @UseGuards(LogtoApiGuard)
  @RequireScopes('read:things')
  handler(): string {
    return 'handler';
  }
}

@Controller('inheriting')
class InheritingController extends ClosedController {}

@WebSocketGateway()
class OpenGateway {
  @SubscribeMessage('secret')
  @RequireRoles('admin')
  secret(): string {
    return 'secret';
  }
}

@UseGuards(LogtoGuard)
@WebSocketGateway()
class HookGateway {
  @RequireRoles('admin')
  handleConnection(): string {
    return 'connected';
  }

  handleDisconnect(): string {
    return 'disconnected';
  }

  @SubscribeMessage('secret')
  @RequireRoles('admin')
  secret(): string {
    return 'secret';
  }
}

@Controller()
class MessagesController {
  @MessagePattern('administer')
  @RequireRoles('admin')
  administer(): string {
    return 'administered';
  }
}

@Injectable()
class ReportsService {
  @RequireRoles('admin')
  report(): string {
    return 'report';
  }
}

@Injectable({ scope: Scope.REQUEST })
class RequestScopedGuard extends LogtoGuard {}

/** Calls LogtoGuard, like a guard that also accepts API keys. */
@Injectable()
class KeyOrLogtoGuard implements CanActivate {
  constructor(private readonly logto: LogtoGuard) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return this.logto.canActivate(context);
  }
}

@Controller('delegated')
@UseGuards(KeyOrLogtoGuard)
@RequireRoles('admin')
class DelegatedController {
  @Get()
  get(): string {
    return 'delegated';
  }
}

const hook = (place: string): string =>
  `${place}: Nest runs no guard when a socket opens or closes. Guard the message handlers, or call LogtoService in this hook.`;

describe('The startup check for requirements without a guard', () => {
  const startup = recordedStartup();

  it('prevents the app from starting, and the error lists every place', async () => {
    expect(
      await unenforcedPlaces(startup.start({ controllers: [OpenController, OpenClassController] })),
    ).toEqual([
      unguarded('OpenController.role'),
      unguarded('OpenController.recent'),
      unguarded('OpenClassController.handler'),
    ]);
  });

  it.each<[string, Partial<TestAppParts>, string[]]>([
    ['gateways', { providers: [OpenGateway] }, [unguarded('OpenGateway.secret')]],
    ['message handlers', { controllers: [MessagesController] }, [unguarded('MessagesController.administer')]],
    [
      'services, whose methods run without guards',
      { providers: [ReportsService] },
      [unguarded('ReportsService.report')],
    ],
    [
      'hooks that run when a socket opens',
      { providers: [HookGateway] },
      [hook('HookGateway.handleConnection')],
    ],
  ])('also covers %s', async (_, parts, places) => {
    expect(await unenforcedPlaces(startup.start(parts))).toEqual(places);
  });

  it.each<[string, Partial<TestAppParts>]>([
    ['on the class', { controllers: [ClosedController] }],
    ['on the handler', { controllers: [ClosedHandlerController] }],
    ['on the base class', { controllers: [InheritingController] }],
    ['on the class that calls LogtoGuard', { controllers: [DelegatedController] }],
    [
      'for the whole app, by APP_GUARD',
      { controllers: [OpenController], providers: [{ provide: APP_GUARD, useClass: LogtoGuard }] },
    ],
    [
      'for the whole app, by APP_GUARD, that calls LogtoGuard',
      { controllers: [OpenController], providers: [{ provide: APP_GUARD, useClass: KeyOrLogtoGuard }] },
    ],
    [
      'for the whole app, in request scope',
      { controllers: [OpenController], providers: [{ provide: APP_GUARD, useClass: RequestScopedGuard }] },
    ],
    [
      'for the whole app, by useGlobalGuards',
      { controllers: [OpenController], configure: (nest) => nest.useGlobalGuards(nest.get(LogtoApiGuard)) },
    ],
  ])('passes with a guard %s', async (_, parts) => {
    expect(await unenforcedPlaces(startup.start(parts))).toEqual([]);
    expect([startup.logs.errors, startup.logs.warnings]).toEqual([[], []]);
  });

  it('passes if the handler is marked public', async () => {
    const browser = (await startup.start({ controllers: [PublicController] })).browser();

    expect((await browser.fetch('/public')).text).toBe('public');
  });

  it('only warns if the options allow it, and the routes are then public', async () => {
    const parts = { controllers: [OpenController], logto: { allowUnenforcedRequirements: true } };
    const browser = (await startup.start(parts)).browser();

    expect(startup.logs.warnings).toEqual([
      `No guard enforces these requirements, so anyone can call these handlers:\n  - ${unguarded('OpenController.role')}\n` +
        `  - ${unguarded('OpenController.recent')}`,
    ]);
    expect((await browser.fetch('/open/role')).text).toBe('role');
  });

  it('is skipped in scripts, which do not have the global guards of main.ts', async () => {
    @Module({ imports: [LogtoModule.forRoot(validOptions)], controllers: [OpenController] })
    class ScriptModule {}

    const context = await NestFactory.createApplicationContext(ScriptModule, { logger: leaks });
    await context.close();
  });

  it('also runs in tests, which may not have the global guard', async () => {
    const starting = async (providers: Provider[]): Promise<void> => {
      const module = { imports: [LogtoTestingModule.forRoot()], controllers: [OpenController], providers };
      const testing = await Test.createTestingModule(module).compile();
      await testing.createNestApplication({ logger: leaks }).init();
    };

    expect(await unenforcedPlaces(starting([]))).toHaveLength(2);
    expect(await unenforcedPlaces(starting([{ provide: APP_GUARD, useClass: LogtoGuard }]))).toEqual([]);
  });
});
