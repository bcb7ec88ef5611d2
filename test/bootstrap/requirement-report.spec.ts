import { describe, expect, it } from '@jest/globals';
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
  WithLogto,
  type LogtoModuleOptions,
} from 'nestjs-logto';
import type { TestAppParts } from '../support/app/app.js';
import { resource } from '../support/logto/issuer.js';
import { recordedStartup } from './support/recorded-startup.js';

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

describe('At startup the module reports', () => {
  const startup = recordedStartup();

  /** The errors that an app logs while it starts. */
  async function errorsOf(parts: Partial<TestAppParts>): Promise<string[]> {
    await startup.start(parts);
    return startup.logs.errors;
  }

  it('organization requirements that name no organization', async () => {
    expect(await errorsOf({ controllers: [OrganizationsController] })).toEqual([
      'OrganizationsController.without requires roles or permissions in an organization, but names none, so nobody ' +
        'gets access. Add @RequireOrganization({ param: "orgId" }).',
    ]);
  });

  it('message handlers that a global guard may not protect', async () => {
    const parts = { controllers: [MessagesController] };
    expect(await errorsOf({ ...parts, providers: [{ provide: APP_GUARD, useClass: LogtoGuard }] })).toEqual(
      [],
    );
    expect(startup.logs.warnings).toEqual([
      'MessagesController.administer has a requirement, but global guards only run for messages with ' +
        '`inheritAppConfig: true`: otherwise anyone can call it. Add @UseGuards(LogtoGuard).',
    ]);
  });

  it('requirements on claims that no scope requests', async () => {
    const controllers = [RolesController, TokenRolesController];
    const missing = (handler: string, scope: string): string =>
      `RolesController.${handler} requires claims that Logto only sends for the scope "${scope}". Add it to \`scopes\`.`;

    expect(await errorsOf({ controllers, logto: { scopes: undefined } })).toEqual([
      missing('role', 'roles'),
      missing('organization', 'urn:logto:scope:organizations'),
      missing('organization', 'urn:logto:scope:organization_roles'),
    ]);
  });

  it('routes for signed-in users when the options allow no sign-in', async () => {
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
      'ClosedController.ofClass is for signed-in users, but the options allow no sign-in, so nobody ' +
        'gets access. Use LogtoApiGuard, or give `appId`, `baseUrl` and a session.',
    ]);
  });

  it('routes that accept bearer tokens when the options do not', async () => {
    const rejecting = (place: string): string =>
      `${place} accepts bearer tokens, but the options have no \`api: { audience }\`, so it rejects every token.`;

    expect(
      await errorsOf({ controllers: [BearerController, EitherController], logto: { api: undefined } }),
    ).toEqual([rejecting('BearerController.get'), rejecting('EitherController.get')]);
  });
});
