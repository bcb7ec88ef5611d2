import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, UseGuards, VersioningType } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { Response } from 'express';
import { map, type Observable } from 'rxjs';
import { LogtoApiGuard, LogtoGuard, Public, RequireScopes, WithLogto } from 'nestjs-logto';
import { startIssuer, resource } from '../../support/logto/issuer.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { sessionMounts } from '../../support/app/session-mounts.js';
import { call, refusalOf, startApi } from '../support/api.js';
import { metadataOf, wellKnown } from '../support/metadata-of.js';

@Controller('things')
@UseGuards(LogtoApiGuard)
@RequireScopes('read:things')
class ThingsController {
  @Get()
  list(): string {
    return 'things';
  }

  @Get('written')
  @RequireScopes('write:things')
  written(): string {
    return 'written';
  }

  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }

  @Get('other')
  @RequireScopes('read:others', { resource: 'https://other.example.com' })
  other(): string {
    return 'other';
  }
}

@Controller()
class MixedController {
  @Get('either')
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: ['session', 'bearer'] })
  @RequireScopes('either:things')
  either(): string {
    return 'either';
  }

  @Get('session')
  @UseGuards(LogtoGuard)
  @RequireScopes('session:things')
  session(): string {
    return 'session';
  }
}

@WebSocketGateway()
@UseGuards(LogtoApiGuard)
class ThingsGateway {
  @SubscribeMessage('things')
  @RequireScopes('watch:things')
  watch(): string {
    return 'watch';
  }
}

@Controller('books')
class BooksController {
  @Get()
  @RequireScopes('read:books')
  list(): string {
    return 'books';
  }
}

@Injectable()
class Envelope {
  intercept(_context: unknown, next: { handle(): Observable<unknown> }): Observable<unknown> {
    return next.handle().pipe(map((data) => ({ data })));
  }
}

const issuer = await startIssuer();
const controllers = [ThingsController, MixedController];

describe('The protected resource metadata (RFC 9728)', () => {
  let api: TestApp;

  beforeAll(async () => {
    api = await startApi({
      issuer,
      controllers,
      providers: [ThingsGateway],
      api: {
        audience: resource,
        metadata: {
          resourceName: 'Things',
          documentation: 'https://docs.example.com/things',
          policyUri: 'https://docs.example.com/policy',
          tosUri: 'https://docs.example.com/terms',
        },
      },
    });
  });

  it('names the resource, the issuer and the members of the option', async () => {
    expect(await metadataOf(api)).toEqual({
      resource,
      authorization_servers: [issuer.issuer],
      scopes_supported: ['either:things', 'read:things', 'watch:things', 'write:things'],
      bearer_methods_supported: ['header'],
      resource_name: 'Things',
      resource_documentation: 'https://docs.example.com/things',
      resource_policy_uri: 'https://docs.example.com/policy',
      resource_tos_uri: 'https://docs.example.com/terms',
    });
  });

  it('may be cached, and read by any origin without credentials', async () => {
    const { status, headers } = await api
      .browser()
      .fetch(wellKnown, { headers: { origin: 'https://client.test' } });

    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'application/json; charset=utf-8',
      'public, max-age=3600',
    ]);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.getSetCookie()).toEqual([]);
  });

  it('answers the preflight request of a client that sends a header', async () => {
    const { status, headers } = await api.browser().fetch(wellKnown, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://client.test',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'mcp-protocol-version',
      },
    });

    expect([
      status,
      headers.get('access-control-allow-origin'),
      headers.get('access-control-allow-headers'),
    ]).toEqual([204, '*', '*']);
  });

  it('does not exist without the option', async () => {
    const app = await startApi({ issuer, controllers });

    expect((await app.browser().fetch(wellKnown)).status).toBe(404);
    expect(refusalOf(await call(app, '/things')).challenge).toBe('Bearer');
  });

  it('has the scopes of routes that a global guard protects', async () => {
    const app = await startApi({
      issuer,
      controllers: [BooksController],
      providers: [{ provide: APP_GUARD, useClass: LogtoApiGuard }],
      api: { audience: resource, metadata: true },
    });

    expect(await metadataOf(app)).toEqual({
      resource,
      authorization_servers: [issuer.issuer],
      scopes_supported: ['read:books'],
      bearer_methods_supported: ['header'],
    });
  });

  it('leaves out the scopes if there are none', async () => {
    const app = await startApi({ issuer, api: { audience: resource, metadata: true } });

    expect(await metadataOf(app)).not.toHaveProperty('scopes_supported');
  });
});

describe('The metadata of an audience with a path', () => {
  const mcp = 'https://api.example.com/v1/mcp';

  it('is at the well-known path followed by that path, and at the well-known path itself', async () => {
    const app = await startApi({ issuer, api: { audience: mcp, metadata: true } });

    expect(await metadataOf(app, `${wellKnown}/v1/mcp`)).toHaveProperty('resource', mcp);
    expect(await metadataOf(app)).toHaveProperty('resource', mcp);
    expect((await app.browser().fetch(`${wellKnown}/v1`)).status).toBe(404);
  });

  it('is a separate document for each of several audiences, with its scopes', async () => {
    const things = 'https://api.example.com/things';
    const app = await startApi({
      issuer,
      controllers,
      api: {
        audience: [things, 'https://other.example.com', 'urn:logto:organization:org_1', mcp],
        metadata: true,
      },
    });

    expect(await metadataOf(app, `${wellKnown}/things`)).toMatchObject({
      resource: things,
      scopes_supported: ['either:things', 'read:things', 'write:things'],
    });
    expect(await metadataOf(app, `${wellKnown}/v1/mcp`)).toHaveProperty('resource', mcp);
    // The plain path is for the audience without a path.
    expect(await metadataOf(app)).toMatchObject({
      resource: 'https://other.example.com',
      scopes_supported: ['either:things', 'read:others', 'read:things', 'write:things'],
    });
    expect(refusalOf(await call(app, '/things')).challenge).toContain(
      'resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/things"',
    );
    expect(refusalOf(await call(app, '/either', 'no-token')).challenge).toContain(
      'resource_metadata="https://other.example.com/.well-known/oauth-protected-resource"',
    );
  });
});

describe('The routes of the metadata', () => {
  it('are outside the global prefix and versions, and public despite a global guard', async () => {
    const app = await startApi({
      issuer,
      controllers: [BooksController],
      providers: [
        { provide: APP_GUARD, useClass: LogtoApiGuard },
        { provide: APP_INTERCEPTOR, useClass: Envelope },
      ],
      api: { audience: 'https://api.example.com/mcp', metadata: true },
      configure: (nest) =>
        nest.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
    });

    expect(await metadataOf(app)).toHaveProperty('authorization_servers', [issuer.issuer]);
    expect(await metadataOf(app, `${wellKnown}/mcp`)).toHaveProperty('authorization_servers');
    expect((await app.browser().fetch('/api/v1/books')).status).toBe(401);
  });

  it('override the credentials of the CORS settings of the app', async () => {
    const app = await startApi({
      issuer,
      api: { audience: resource, metadata: true },
      configure: (nest) => nest.enableCors({ origin: 'https://front.test', credentials: true }),
    });
    const { headers } = await app.browser().fetch(wellKnown, { headers: { origin: 'https://front.test' } });

    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('stay out of the OpenAPI document', async () => {
    const app = await startApi({ issuer, controllers, api: { audience: resource, metadata: true } });
    const { paths } = SwaggerModule.createDocument(app.app, new DocumentBuilder().build());

    expect(Object.keys(paths).filter((path) => path.includes('well-known'))).toEqual([]);
    expect(paths).toHaveProperty('/things');
  });

  it('exist next to a session, and set no cookie', async () => {
    const app = await startApp({ issuer, logto: { api: { audience: resource, metadata: true } } });
    const page = await app.browser().fetch(wellKnown);

    expect([page.status, page.json().resource, page.headers.getSetCookie()]).toEqual([200, resource, []]);
  });
});

describe.each(sessionMounts)('The metadata of an app whose session %s mounts', (_, mount) => {
  it('sets no cookies, which a shared cache could give to other visitors', async () => {
    const parts = mount({ rolling: true, saveUninitialized: true });
    const app = await startApp({
      issuer,
      ...parts,
      logto: { ...parts.logto, api: { audience: resource, metadata: true } },
      configure: (nest) => {
        parts.configure?.(nest);
        nest.use((_request: unknown, response: Response, next: () => void) => {
          response.cookie('csrf', 'of this visitor');
          next();
        });
      },
    });

    for (const browser of [await app.signedInBrowser(issuer), app.browser()]) {
      const { status, headers } = await browser.fetch(wellKnown);
      expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=3600']);
      expect(headers.get('set-cookie')).toBeNull();
    }
  });
});
