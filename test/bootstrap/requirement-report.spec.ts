import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { MessagePattern } from '@nestjs/microservices';
import {
  LogtoApiGuard,
  LogtoGuard,
  LogtoModule,
  Public,
  RequireOrganization,
  RequireOrganizationRoles,
  RequireRecentSignIn,
  RequireRoles,
  UserScope,
  WithLogto,
  type LogtoModuleOptions,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp, type TestAppParts } from '../support/app.js';
import { resource, startIssuer } from '../support/issuer.js';
import { LogRecorder } from '../guard/support/log-recorder.js';

@Controller('closed')
@UseGuards(LogtoGuard)
@RequireRoles('admin')
class ClosedController {
  @Get('class')
  ofClass(): string {
    return 'class';
  }

  @Get('public')
  @Public()
  open(): string {
    return 'public';
  }
}

@Controller('organizations')
@UseGuards(LogtoGuard)
class OrganizationsController {
  @Get('without')
  @RequireOrganizationRoles('member')
  without(): string {
    return 'without';
  }

  @Get(':orgId')
  @RequireOrganization({ param: 'orgId' })
  @RequireOrganizationRoles('member')
  within(): string {
    return 'within';
  }
}

@Controller()
class MessagesController {
  @MessagePattern('administer')
  @RequireRoles('admin')
  administer(): string {
    return 'administered';
  }

  @MessagePattern('guarded')
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  guarded(): string {
    return 'guarded';
  }
}

@Controller('bearer')
@UseGuards(LogtoApiGuard)
class BearerController {
  @Get()
  get(): string {
    return 'bearer';
  }
}

@Controller('either')
@UseGuards(LogtoGuard)
class EitherController {
  @Get()
  @WithLogto({ accept: ['session', 'bearer'] })
  get(): string {
    return 'either';
  }
}

@Controller('roles')
@UseGuards(LogtoGuard)
class RolesController {
  @Get('role')
  @RequireRoles('admin')
  role(): string {
    return 'role';
  }

  @Get('organization/:id')
  @RequireOrganization({ param: 'id' })
  @RequireOrganizationRoles('member')
  organization(): string {
    return 'organization';
  }

  @Get('recent')
  @RequireRecentSignIn({ maxAge: 60 })
  recent(): string {
    return 'recent';
  }

  @Get('public')
  @Public()
  open(): string {
    return 'public';
  }
}

@Controller('roles-of-tokens')
@UseGuards(LogtoApiGuard)
@RequireRoles('admin')
class TokenRolesController {
  @Get()
  get(): string {
    return 'roles';
  }
}

describe('At start the module says', () => {
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
    logs.stop();
  });

  afterAll(() => issuer.close());

  /** The scopes that requirements need. */
  const everything = [UserScope.Roles, UserScope.Organizations, UserScope.OrganizationRoles];

  /** What an app of these parts logs as errors while it starts. */
  async function errorsOf(parts: Partial<TestAppParts>): Promise<string[]> {
    app = await startApp({
      issuer,
      logto: { api: { audience: resource }, scopes: everything },
      ...parts,
      configure: (nest) => {
        nest.useLogger(logs);
        parts.configure?.(nest);
      },
    });
    return logs.errors;
  }

  it('which requirements on an organization name none', async () => {
    expect(await errorsOf({ controllers: [OrganizationsController] })).toEqual([
      'OrganizationsController.without requires roles or permissions in an organization, but names none, so it refuses ' +
        'everybody. Add @RequireOrganization({ param: "orgId" }).',
    ]);
  });

  it('which messages a guard of the whole app may not reach', async () => {
    const parts = { controllers: [MessagesController] };
    expect(await errorsOf({ ...parts, providers: [{ provide: APP_GUARD, useClass: LogtoGuard }] })).toEqual(
      [],
    );
    expect(logs.warnings).toEqual([
      'MessagesController.administer has a requirement, but global guards only run for messages with ' +
        '`inheritAppConfig: true`: otherwise everybody gets access. Add @UseGuards(LogtoGuard).',
    ]);
  });

  it('which requirements are decided by what no scope asks Logto for', async () => {
    const controllers = [RolesController, TokenRolesController];
    const lacks = (handler: string, scope: string): string =>
      `RolesController.${handler} requires claims that Logto only sends for the scope "${scope}". Add it to \`scopes\`.`;

    expect(await errorsOf({ controllers, logto: { api: { audience: resource } } })).toEqual([
      lacks('role', 'roles'),
      lacks('organization', 'urn:logto:scope:organizations'),
      lacks('organization', 'urn:logto:scope:organization_roles'),
    ]);
  });

  it('which routes are for people who have signed in, where nobody can', async () => {
    const logto = { appId: undefined, appSecret: undefined, baseUrl: undefined, session: undefined };
    const register = (options: LogtoModuleOptions): DynamicModule =>
      LogtoModule.forRoot({ endpoint: options.endpoint, api: { audience: resource } });

    expect(
      await errorsOf({
        controllers: [ClosedController, BearerController, EitherController],
        logto,
        register,
      }),
    ).toEqual([
      'ClosedController.ofClass is for signed-in users, but the options allow no sign-in, so it refuses ' +
        'everybody. Use LogtoApiGuard, or give `appId`, `baseUrl` and a session.',
    ]);
  });

  it('which routes take bearer tokens that the options do not allow', async () => {
    const refused = (place: string): string =>
      `${place} accepts bearer tokens, but the options have no \`api: { audience }\`, so it refuses every token.`;

    expect(await errorsOf({ controllers: [BearerController, EitherController], logto: {} })).toEqual([
      refused('BearerController.get'),
      refused('EitherController.get'),
    ]);
  });
});
