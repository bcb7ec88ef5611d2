import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Catch,
  Controller,
  Get,
  Header,
  HttpException,
  Injectable,
  Post,
  Req,
  Res,
  UseGuards,
  VersioningType,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { APP_GUARD, HttpAdapterHost } from '@nestjs/core';
import type { Request } from 'express';
import {
  AuthUser,
  LocalUser,
  LogtoApiGuard,
  LogtoContext,
  LogtoGuard,
  LogtoService,
  LogtoUserResolver,
  OptionalAuth,
  Public,
  RequireOrganization,
  RequireScopes,
  WithLogto,
  type LocalUserResolution,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { asInTests, type TestApp } from '../support/app/app.js';
import { resource } from '../support/logto/issuer.js';
import { closeLater } from '../support/runner/leftovers.js';
import { call, refusalOf, startApi } from '../guard/support/api.js';
import { RealTokens, startAccessIssuer } from '../guard/support/real-tokens.js';
import { createApi as onFastify } from './support/create-api.js';

@Controller({ path: 'things', version: '1' })
class ThingsController {
  constructor(private readonly logto: LogtoService) {}

  @Get()
  find(@AuthUser() user: LogtoContext, @Req() request: Request): unknown {
    return { sub: user.claims?.sub, scopes: user.scopes, same: request.user === user };
  }

  @Get('service')
  async service(@Req() request: Request): Promise<unknown> {
    const { claims } = await this.logto.getContext(request);
    return { signedIn: await this.logto.isAuthenticated(request), sub: claims?.sub };
  }

  @Get('open')
  @Public()
  open(@AuthUser() user: LogtoContext, @Req() request: Request): unknown {
    return { user, same: request.user === user };
  }

  @Get('optional')
  @OptionalAuth()
  optional(@AuthUser('claims') claims: { sub: string } | undefined): string {
    return claims?.sub ?? 'anonymous';
  }

  @Post()
  @RequireScopes('write:things')
  create(): string {
    return 'created';
  }

  @Get('cached')
  @Header('Cache-Control', 'private, max-age=60')
  cached(): string {
    return 'cached';
  }

  @Get('of/:organizationId')
  @RequireOrganization({ param: 'organizationId' })
  ofOrganization(): string {
    return 'of the organization';
  }

  @Get('local')
  local(@AuthUser('localUser') localUser: unknown): unknown {
    return localUser;
  }

  @Get('streamed')
  streamed(@Res() reply: { send(body: string): void }): void {
    reply.send('streamed');
  }
}

/** Guarded by LogtoGuard, for bearer tokens only. */
@Controller({ path: 'narrowed', version: '1' })
@UseGuards(LogtoGuard)
@WithLogto({ accept: ['bearer'] })
class NarrowedController {
  @Get()
  get(): string {
    return 'narrowed';
  }
}

@Injectable()
@LogtoUserResolver()
class Users {
  resolve({ sub }: { sub: string }, { request }: LocalUserResolution): LocalUser {
    return { name: `local ${sub}`, from: request.headers.host };
  }
}

@Catch()
class CatchAllFilter implements ExceptionFilter {
  constructor(private readonly host: HttpAdapterHost) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const status = exception instanceof HttpException ? exception.getStatus() : 500;
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), { caught: status }, status);
  }
}

describe.each([
  ['Express', asInTests],
  ['Fastify', onFastify],
])('An API with a global LogtoApiGuard on %s', (_adapter, create) => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  let api: TestApp;
  let token = '';

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = closeLater(await RealTokens.from(issuer));
    token = await tokens.ofUser('ada', { resource });
    api = await startApi({
      issuer,
      create,
      controllers: [ThingsController, NarrowedController],
      providers: [Users, { provide: APP_GUARD, useClass: LogtoApiGuard }],
      configure: (nest) => {
        nest.setGlobalPrefix('api');
        nest.enableVersioning({ type: VersioningType.URI });
        nest.enableCors({ origin: ['https://front.example.com'], credentials: true });
      },
    });
  });

  it('gives handlers the user of the token, as @AuthUser() and as req.user', async () => {
    expect((await call(api, '/api/v1/things', token)).json()).toEqual({
      sub: 'ada',
      scopes: ['read:things'],
      same: true,
    });
  });

  it('gives LogtoService the user of the token', async () => {
    expect((await call(api, '/api/v1/things/service', token)).json()).toEqual({ signedIn: true, sub: 'ada' });
  });

  it("gives handlers the app's own user", async () => {
    expect((await call(api, '/api/v1/things/local', token)).json()).toEqual({
      name: 'local ada',
      from: new URL(api.baseUrl).host,
    });
  });

  it('denies anonymous requests with a challenge and a problem body', async () => {
    const answer = await call(api, '/api/v1/things');

    expect(refusalOf(answer)).toEqual({ status: 401, code: 'not_authenticated', challenge: 'Bearer' });
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.json()).toMatchObject({ type: 'about:blank', title: 'Unauthorized', status: 401 });
  });

  it('denies a token without the required scope, and names the scope', async () => {
    const answer = await call(api, '/api/v1/things', token, { method: 'POST' });

    expect(refusalOf(answer)).toEqual({
      status: 403,
      code: 'insufficient_scope',
      challenge: 'Bearer error="insufficient_scope", scope="write:things"',
    });
  });

  it('denies a request with two Authorization headers', async () => {
    const { port, hostname } = new URL(api.baseUrl);
    const { request } = await import('node:http');
    const status = await new Promise((resolve, reject) => {
      const headers = ['Host', hostname, 'Authorization', `Bearer ${token}`, 'Authorization', 'Bearer other'];
      request({ hostname, port, path: '/api/v1/things', headers, agent: false }, ({ statusCode }) =>
        resolve(statusCode),
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(400);
  });

  it('answers a navigation with an error page', async () => {
    const page = await api.browser().open('/api/v1/things');

    expect([page.status, page.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.text).toContain('not_authenticated');
  });

  it('accepts anonymous requests with @OptionalAuth(), but no invalid token', async () => {
    expect((await call(api, '/api/v1/things/optional')).text).toBe('anonymous');
    expect((await call(api, '/api/v1/things/optional', token)).text).toBe('ada');
    expect((await call(api, '/api/v1/things/optional', 'bad')).status).toBe(401);
  });

  it('gives handlers with @Public() an anonymous user', async () => {
    const anonymous = { user: { isAuthenticated: false }, same: true };
    expect((await call(api, '/api/v1/things/open')).json()).toEqual(anonymous);
    expect((await call(api, '/api/v1/things/open', token)).json()).toEqual(anonymous);
  });

  it('binds a token to the organization of a route parameter', async () => {
    const bound = await tokens.ofUser('ada', { resource, organizationId: 'org_1' });

    expect((await call(api, '/api/v1/things/of/org_1', bound)).status).toBe(200);
    expect(refusalOf(await call(api, '/api/v1/things/of/org_2', bound))).toMatchObject({
      status: 403,
      code: 'organization_mismatch',
    });
  });

  it('accepts bearer tokens behind LogtoGuard with @WithLogto({ accept })', async () => {
    expect((await call(api, '/api/v1/narrowed', token)).text).toBe('narrowed');
  });

  it('keeps guarded responses out of caches, and keeps the `Vary` of CORS', async () => {
    const { headers } = await call(api, '/api/v1/things', token, {
      headers: { origin: 'https://front.example.com' },
    });
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('vary')).toBe('Origin, Authorization');
    expect((await call(api, '/api/v1/things/cached', token)).headers.get('cache-control')).toBe(
      'private, max-age=60',
    );
  });

  it('sets these headers on responses that a handler sends itself', async () => {
    const answer = await call(api, '/api/v1/things/streamed', token);
    expect([answer.text, answer.headers.get('cache-control')]).toEqual(['streamed', 'private, no-store']);
  });

  it('answers 503 with Retry-After while tokens cannot be verified', async () => {
    const down = await startApi({
      issuer: { endpoint: 'http://localhost:1' },
      create,
      controllers: [ThingsController],
      providers: [{ provide: APP_GUARD, useClass: LogtoApiGuard }],
    });
    const answer = await call(down, '/things', token);

    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
  });

  it('keeps its headers when a filter of the app answers', async () => {
    const filtered = await startApi({
      issuer,
      create,
      controllers: [ThingsController],
      providers: [{ provide: APP_GUARD, useClass: LogtoApiGuard }],
      configure: (nest) => nest.useGlobalFilters(new CatchAllFilter(nest.get(HttpAdapterHost))),
    });
    const answer = await call(filtered, '/things');

    expect([answer.status, answer.json()]).toEqual([401, { caught: 401 }]);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });
});
