import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Module, Scope, VersioningType, type Type } from '@nestjs/common';
import { APP_GUARD, RouterModule } from '@nestjs/core';
import { ApiOperation, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { LogtoApiGuard, Public, RequireRoles, RequireScopes } from 'nestjs-logto';
import { withLogtoSecurity } from 'nestjs-logto/swagger';
import { startDocumentedApp, type DocumentedAppParts } from './support/documented-app.js';

const globalGuard = { provide: APP_GUARD, useClass: LogtoApiGuard };

@Injectable({ scope: Scope.REQUEST })
class RequestScopedGuard extends LogtoApiGuard {}

describe('Under a global guard', () => {
  class Base {
    @Get('inherited')
    @RequireScopes('read:things')
    inherited(): void {}

    @Get('opened')
    @Public()
    @ApiOperation({ operationId: 'the-same' })
    opened(): void {}
  }

  @Controller('one')
  class OneController extends Base {}

  @Controller('two')
  @RequireScopes('write:things')
  class TwoController extends Base {}

  @Controller('three')
  @Public()
  class ThreeController {
    @Get()
    open(): void {}

    @Get('closed')
    @RequireRoles('admin')
    closed(): void {}
  }

  it.each<[string, DocumentedAppParts]>([
    ['APP_GUARD', { providers: [globalGuard] }],
    ['a request-scoped APP_GUARD', { providers: [{ provide: APP_GUARD, useClass: RequestScopedGuard }] }],
    ['useGlobalGuards()', { configure: (nest) => nest.useGlobalGuards(nest.get(LogtoApiGuard)) }],
  ])('by %s every route is secured, except public ones', async (_, parts) => {
    const { operation } = await startDocumentedApp({
      controllers: [OneController, TwoController, ThreeController],
      ...parts,
    });

    expect(operation('get /one/inherited').security).toContainEqual({ openIdConnect: ['read:things'] });
    expect(operation('get /two/inherited').security).toContainEqual({
      openIdConnect: ['read:things', 'write:things'],
    });
    expect(operation('get /one/opened').security).toBeUndefined();
    expect(operation('get /two/opened').security).toBeUndefined();
    expect(operation('get /three').security).toBeUndefined();
    expect(operation('get /three/closed')['x-logto']).toEqual({ roles: [{ all: ['admin'] }] });
  });
});

const things = (scope: string, path = 'things', version?: string): Type => {
  @Controller({ path, ...(version !== undefined && { version }) })
  class ThingsController {
    @Get(':id')
    @RequireScopes(scope)
    find(): void {}
  }
  return ThingsController;
};

const securedBy = (scope: string): unknown => expect.arrayContaining([{ openIdConnect: [scope] }]);

describe('The handler of an operation is found', () => {
  it('under a global prefix and with versions in the path', async () => {
    const { operation } = await startDocumentedApp({
      controllers: [things('one', 'things', '1'), things('two', 'things', '2')],
      providers: [globalGuard],
      configure: (nest) => nest.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI }),
    });
    expect(operation('get /api/v1/things/{id}').security).toEqual(securedBy('one'));
    expect(operation('get /api/v2/things/{id}').security).toEqual(securedBy('two'));
  });

  it('in a document without the global prefix', async () => {
    const { operation } = await startDocumentedApp({
      controllers: [things('one')],
      providers: [globalGuard],
      configure: (nest) => nest.setGlobalPrefix('api'),
      documentOptions: { ignoreGlobalPrefix: true },
    });
    expect(operation('get /things/{id}').security).toEqual(securedBy('one'));
  });

  it('in the modules of RouterModule, although the controllers have the same name', async () => {
    @Module({ controllers: [things('one', '')] })
    class OneModule {}
    @Module({ controllers: [things('two', '')] })
    class TwoModule {}
    const { operation } = await startDocumentedApp({
      imports: [
        OneModule,
        TwoModule,
        RouterModule.register([
          { path: 'one', module: OneModule },
          { path: 'two', module: TwoModule },
        ]),
      ],
      providers: [globalGuard],
    });
    expect(operation('get /one/{id}').security).toEqual(securedBy('one'));
    expect(operation('get /two/{id}').security).toEqual(securedBy('two'));
  });

  it('in a document of one module and one version, with the options of that document', async () => {
    @Module({ controllers: [things('one', 'things', '1')] })
    class OneModule {}
    @Module({ controllers: [things('two', 'things', '2')] })
    class TwoModule {}
    const options = { include: [OneModule], operationIdFactory: () => 'an-id' };
    const { operation } = await startDocumentedApp({
      imports: [OneModule, TwoModule],
      providers: [globalGuard],
      configure: (nest) => nest.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' }),
      documentOptions: options,
      securityOptions: options,
    });
    expect(operation('get /things/{id}').security).toEqual(securedBy('one'));
  });

  it('without a trace in other documents of the app', async () => {
    const { app, document } = await startDocumentedApp({
      controllers: [things('one')],
      providers: [globalGuard],
    });
    const other = SwaggerModule.createDocument(app, new DocumentBuilder().build());

    expect(JSON.stringify([document, other])).not.toContain('x-nestjs-logto');
    expect(other.paths['/things/{id}']?.get?.tags).toEqual(['Things']);
    expect(withLogtoSecurity(app, other).paths).toEqual(document.paths);
  });
});
