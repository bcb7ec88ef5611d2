import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Module, Post, UseGuards, type CanActivate } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ApiSecurity, ApiUnauthorizedResponse, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import {
  LogtoApiGuard,
  LogtoGuard,
  OptionalAuth,
  Public,
  RequireOrganization,
  RequireOrganizationRoles,
  RequireOrganizationScopes,
  RequireRecentSignIn,
  RequireRoles,
  RequireScopes,
  WithLogto,
} from 'nestjs-logto';
import { withLogtoSecurity } from 'nestjs-logto/swagger';
import { leaks } from '../support/runner/leaks.js';
import { closeLater } from '../support/runner/leftovers.js';
import { resource } from '../support/logto/issuer.js';
import { startDocumentedApp } from './support/documented-app.js';

@Controller('api')
@UseGuards(LogtoApiGuard)
class ApiController {
  @Get('plain')
  plain(): void {}

  @Get('scopes')
  @RequireScopes('read:things', 'write:things')
  scopes(): void {}

  @Get('either')
  @RequireScopes('read:things', 'write:things', { mode: 'any' })
  either(): void {}

  @Get('other')
  @RequireScopes('read:others', { resource: 'https://other.example.com' })
  other(): void {}

  @Get('roles')
  @RequireRoles('admin', 'support', { mode: 'any' })
  roles(): void {}

  @Get(':orgId/members')
  @RequireOrganization({ param: 'orgId' })
  @RequireOrganizationRoles('owner')
  @RequireOrganizationScopes('invite')
  members(): void {}

  @Post('recent')
  @RequireRecentSignIn({ maxAge: 300 })
  recent(): void {}
}

@Controller('pages')
class PagesController {
  @Get('account')
  @UseGuards(LogtoGuard)
  account(): void {}

  @Get('either')
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: ['session', 'bearer'] })
  either(): void {}

  @Get('both')
  @UseGuards(LogtoGuard, LogtoApiGuard)
  both(): void {}

  @Get('optional')
  @UseGuards(LogtoGuard)
  @OptionalAuth()
  optional(): void {}

  @Get('public')
  @UseGuards(LogtoGuard)
  @Public()
  public(): void {}

  @Get('nobody')
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: [] })
  nobody(): void {}

  @Get('open')
  open(): void {}
}

@Injectable()
class DelegatingGuard implements CanActivate {
  constructor(private readonly guard: LogtoApiGuard) {}

  canActivate(...context: Parameters<LogtoApiGuard['canActivate']>): Promise<boolean> {
    return this.guard.canActivate(...context);
  }
}

@Injectable()
class EitherGuard extends LogtoGuard {
  protected override credentials(): ('session' | 'bearer')[] {
    return ['session', 'bearer'];
  }
}

@Controller('own')
class OwnGuardsController {
  @Get('delegating')
  @UseGuards(DelegatingGuard)
  delegating(): void {}

  @Get('subclass')
  @UseGuards(EitherGuard)
  subclass(): void {}
}

@Controller('written')
@UseGuards(LogtoApiGuard)
class WrittenController {
  @Get('security')
  @ApiSecurity('key')
  security(): void {}

  @Get('response')
  @ApiUnauthorizedResponse({ description: 'Who are you?' })
  response(): void {}
}

const either = [{ openIdConnect: [] }, { bearer: [] }];

const app = await startDocumentedApp({
  controllers: [ApiController, PagesController, OwnGuardsController, WrittenController],
  build: (builder) => builder.addApiKey({ type: 'apiKey', in: 'header', name: 'x-key' }, 'key'),
});
const { document, operation } = app;

describe('withLogtoSecurity()', () => {
  it.each([
    ['get /api/plain', 'LogtoApiGuard', either],
    ['get /pages/account', 'LogtoGuard', [{ cookie: [] }]],
    ['get /pages/either', '@WithLogto({ accept })', [{ cookie: [] }, ...either]],
    [
      'get /pages/both',
      'two guards',
      [
        { cookie: [], openIdConnect: [] },
        { cookie: [], bearer: [] },
      ],
    ],
    ['get /pages/optional', '@OptionalAuth()', [{ cookie: [] }, {}]],
    ['get /pages/public', '@Public()', undefined],
    ['get /pages/open', 'no guard', undefined],
    ['get /own/delegating', 'a guard that injects LogtoApiGuard', either],
    ['get /own/subclass', 'a guard with credentials of its own', [{ cookie: [] }, ...either]],
  ])('secures %s: %s', (name, _, security) => {
    expect(operation(name).security).toEqual(security);
  });

  it.each([
    ['get /api/scopes', [{ openIdConnect: ['read:things', 'write:things'] }, { bearer: [] }]],
    [
      'get /api/either',
      [{ openIdConnect: ['read:things'] }, { openIdConnect: ['write:things'] }, { bearer: [] }],
    ],
    ['get /api/{orgId}/members', [{ openIdConnect: ['invite'] }, { bearer: [] }]],
  ])('lists the scopes of %s', (name, security) => {
    expect(operation(name).security).toEqual(security);
  });

  it.each([
    ['get /api/plain', undefined],
    ['get /api/scopes', { scopes: [{ all: ['read:things', 'write:things'], resource }] }],
    ['get /api/other', { scopes: [{ all: ['read:others'], resource: 'https://other.example.com' }] }],
    ['get /api/roles', { roles: [{ any: ['admin', 'support'] }] }],
    [
      'get /api/{orgId}/members',
      {
        organization: [{ param: 'orgId' }],
        organizationRoles: [{ all: ['owner'] }],
        organizationScopes: [{ all: ['invite'] }],
      },
    ],
    ['post /api/recent', { maxAge: 300 }],
  ])('has the requirements of %s as x-logto', (name, extension) => {
    expect(operation(name)['x-logto']).toEqual(extension);
  });

  it('documents 401, 403 and 503 with the problem schema, and the requirements', () => {
    const { responses } = operation('get /api/scopes');
    const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/LogtoProblem' } } };

    expect(responses).toMatchObject({
      '200': {},
      '401': { content },
      '403': { content },
      '503': { content },
    });
    expect(responses['401']).toHaveProperty(['headers', 'WWW-Authenticate']);
    expect(responses['403']).toHaveProperty(
      'description',
      'Access denied. Requires the scopes "read:things" and "write:things".',
    );
    expect(responses['503']).toHaveProperty(['headers', 'Retry-After']);
    expect(operation('get /pages/account').responses['401']).not.toHaveProperty('headers');
    expect(document.components?.schemas).toHaveProperty('LogtoProblem');
  });

  it('documents only refusals for a route that accepts no credentials', () => {
    const { security, responses } = operation('get /pages/nobody');
    expect([security, Object.keys(responses)]).toEqual([undefined, ['200', '401', '403', '503']]);
  });

  it('leaves operations without a guard as they are', () => {
    const { responses } = operation('get /pages/open');
    expect(Object.keys(responses)).toEqual(['200']);
  });

  it('keeps the security and the responses that the app documents itself', () => {
    expect(operation('get /written/security').security).toEqual([{ key: [] }]);
    expect(operation('get /written/response').responses['401']).toEqual({ description: 'Who are you?' });
    expect(document.components?.securitySchemes).toHaveProperty('key');
  });

  it('adds the schemes with the discovery of Logto and the name of the session cookie', () => {
    const cookie = /^logto\.sid\.[\w-]+$/;
    expect(document.components?.securitySchemes).toMatchObject({
      openIdConnect: {
        type: 'openIdConnect',
        openIdConnectUrl: 'https://tenant.logto.app/oidc/.well-known/openid-configuration',
      },
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      cookie: { type: 'apiKey', in: 'cookie', name: expect.stringMatching(cookie) },
    });
  });

  it('is right about every operation: anonymous requests get 401 if it requires security', async () => {
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, { security, responses }] of Object.entries(item)) {
        const { status } = await app.browser().fetch(path, { method: method.toUpperCase() });
        const isOpen =
          !('401' in responses) || security?.some((one: object) => Object.keys(one).length === 0);
        expect([method, path, status === 401]).toEqual([method, path, !isOpen]);
      }
    }
  });

  it('fails with module_missing in an app without LogtoModule', async () => {
    @Module({})
    class AppModule {}
    const other = closeLater(await NestFactory.create(AppModule, { logger: leaks }));
    const plain = SwaggerModule.createDocument(other, new DocumentBuilder().build());

    expect(() => withLogtoSecurity(other, plain)).toThrow(
      expect.objectContaining({ code: 'module_missing' }),
    );
  });
});

describe('The security schemes of a document', () => {
  it.each([
    ['an API', [ApiController], ['openIdConnect', 'bearer']],
    ['pages', [PagesController], ['openIdConnect', 'bearer', 'cookie']],
  ])('are those that %s uses', async (_, controllers, names) => {
    const { components } = (await startDocumentedApp({ controllers })).document;
    expect(Object.keys(components?.securitySchemes ?? {})).toEqual(names);
  });

  it('have the name of the cookie of a session that main.ts mounts', async () => {
    const { components } = (
      await startDocumentedApp({
        controllers: [PagesController],
        logto: { session: undefined },
        securityOptions: { sessionCookie: 'shop.sid' },
      })
    ).document;
    expect(components?.securitySchemes?.cookie).toHaveProperty('name', 'shop.sid');
  });
});
