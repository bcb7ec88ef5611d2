import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
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
  UserScope,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { LogtoTestingModule } from 'nestjs-logto/testing';
import { startApp, type TestApp, type TestAppParts } from '../support/app.js';
import { resource, startIssuer } from '../support/issuer.js';
import { leaks } from '../support/leaks.js';
import { validOptions } from '../support/options.js';
import { LogRecorder } from '../guard/support/log-recorder.js';

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

/** As a guard that takes a key of the app's own instead. */
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

const unguarded = (place: string): string =>
  `${place}: no guard enforces it. Add @UseGuards(LogtoGuard) or @UseGuards(LogtoApiGuard).`;
const hook = (place: string): string =>
  `${place}: Nest runs no guard when a socket opens or closes. Guard the message handlers, or call LogtoService in this hook.`;

describe('Where authorization is declared and nothing enforces it', () => {
  let issuer: LogtoEmulator;
  let app: TestApp | undefined;
  let logs: LogRecorder;

  beforeAll(async () => {
    issuer = await startIssuer();
  });

  beforeEach(() => {
    logs = new LogRecorder();
  });

  afterEach(async () => {
    await app?.close();
    app = undefined;
    logs.stop();
  });

  afterAll(() => issuer.close());

  async function start({ logto, configure, ...parts }: Partial<TestAppParts>): Promise<TestApp> {
    app = await startApp({
      issuer,
      logto: {
        api: { audience: resource },
        scopes: [UserScope.Roles, UserScope.Organizations, UserScope.OrganizationRoles],
        ...logto,
      },
      ...parts,
      configure: (nest) => {
        nest.useLogger(logs);
        configure?.(nest);
      },
    });
    return app;
  }

  /** The places of the error that an app of these parts ends with; none when it starts. */
  async function refusedPlaces(starting: Promise<unknown>): Promise<string[]> {
    const error: unknown = await starting.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error === undefined) return [];
    expect(error).toMatchObject({
      code: 'authorization_not_enforced',
      message: expect.stringMatching(
        /everybody would get access.*APP_GUARD.*`allowUnenforcedRequirements: true`/s,
      ),
    });
    return (error as Error).message.split('\n').flatMap((line) => /^ {2}- (.*)$/.exec(line)?.[1] ?? []);
  }

  it('the app does not start, and is told every place at once', async () => {
    expect(await refusedPlaces(start({ controllers: [OpenController, OpenClassController] }))).toEqual([
      unguarded('OpenController.role'),
      unguarded('OpenController.recent'),
      unguarded('OpenClassController.handler'),
    ]);
  });

  it.each<[string, Partial<TestAppParts>, string[]]>([
    ['a gateway', { providers: [OpenGateway] }, [unguarded('OpenGateway.secret')]],
    [
      'a message handler',
      { controllers: [MessagesController] },
      [unguarded('MessagesController.administer')],
    ],
    [
      'a service, whose methods no guard runs for',
      { providers: [ReportsService] },
      [unguarded('ReportsService.report')],
    ],
    ['the opening of a socket', { providers: [HookGateway] }, [hook('HookGateway.handleConnection')]],
  ])('nor does it with %s', async (_, parts, places) => {
    expect(await refusedPlaces(start(parts))).toEqual(places);
  });

  it.each<[string, Partial<TestAppParts>]>([
    ['a class', { controllers: [ClosedController] }],
    ['a handler', { controllers: [ClosedHandlerController] }],
    ['a base class', { controllers: [InheritingController] }],
    ['a class, and asks LogtoGuard', { controllers: [DelegatedController] }],
    [
      'the whole app, by APP_GUARD',
      { controllers: [OpenController], providers: [{ provide: APP_GUARD, useClass: LogtoGuard }] },
    ],
    [
      'the whole app, by APP_GUARD, and asks LogtoGuard',
      { controllers: [OpenController], providers: [{ provide: APP_GUARD, useClass: KeyOrLogtoGuard }] },
    ],
    [
      'the whole app, for each request',
      { controllers: [OpenController], providers: [{ provide: APP_GUARD, useClass: RequestScopedGuard }] },
    ],
    [
      'the whole app, by useGlobalGuards',
      { controllers: [OpenController], configure: (nest) => nest.useGlobalGuards(nest.get(LogtoApiGuard)) },
    ],
  ])('it starts where a guard stands on %s', async (_, parts) => {
    expect(await refusedPlaces(start(parts))).toEqual([]);
    expect([logs.errors, logs.warnings]).toEqual([[], []]);
  });

  it('it starts where a handler is public on purpose', async () => {
    const browser = (await start({ controllers: [PublicController] })).browser();

    expect((await browser.fetch('/public')).text).toBe('public');
  });

  it('it starts when the options allow it, says where everybody passes, and lets them pass', async () => {
    const parts = { controllers: [OpenController], logto: { allowUnenforcedRequirements: true } };
    const browser = (await start(parts)).browser();

    expect(logs.warnings).toEqual([
      `No guard enforces these requirements, so everybody gets access:\n  - ${unguarded('OpenController.role')}\n` +
        `  - ${unguarded('OpenController.recent')}`,
    ]);
    expect((await browser.fetch('/open/role')).text).toBe('role');
  });

  it('a script that answers no requests starts, since it does not know the guards of main.ts', async () => {
    @Module({ imports: [LogtoModule.forRoot(validOptions)], controllers: [OpenController] })
    class ScriptModule {}

    const context = await NestFactory.createApplicationContext(ScriptModule, { logger: leaks });
    await context.close();
  });

  describe('in a test', () => {
    const starting = async (module: Parameters<typeof Test.createTestingModule>[0]): Promise<void> => {
      const testing = await Test.createTestingModule(module).compile();
      await testing.createNestApplication({ logger: leaks }).init();
    };

    it('that leaves the guard of the whole app out, it does not start either', async () => {
      const imports = [LogtoTestingModule.forRoot()];

      expect(await refusedPlaces(starting({ imports, controllers: [OpenController] }))).toHaveLength(2);
      const providers = [{ provide: APP_GUARD, useClass: LogtoGuard }];
      expect(await refusedPlaces(starting({ imports, controllers: [OpenController], providers }))).toEqual(
        [],
      );
    });
  });
});
