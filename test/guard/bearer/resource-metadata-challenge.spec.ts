import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { LogtoApiGuard, LogtoGuard, RequireMfa, RequireRoles, RequireScopes, WithLogto } from 'nestjs-logto';
import { startApp, type TestApp } from '../../support/app/app.js';
import { freePort } from '../../support/app/free-port.js';
import { resource } from '../../support/logto/issuer.js';
import { accessTenant } from '../support/access-tenant.js';
import { call, refusalOf, startApi } from '../support/api.js';

@Controller('things')
@UseGuards(LogtoApiGuard)
@RequireScopes('read:things')
class ThingsController {
  @Get()
  list(): string {
    return 'things';
  }

  @Get('written')
  @RequireScopes('erase:things')
  written(): string {
    return 'written';
  }
}

@Controller('plain')
@UseGuards(LogtoApiGuard)
class PlainController {
  @Get()
  plain(): string {
    return 'plain';
  }

  @Get('roles')
  @RequireRoles('admin')
  roles(): string {
    return 'roles';
  }

  @Get('erased')
  @RequireScopes('erase:things')
  erased(): string {
    return 'erased';
  }

  @Get('second-factor')
  @RequireMfa()
  secondFactor(): string {
    return 'second factor';
  }

  @Get('either')
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: ['session', 'bearer'] })
  either(): string {
    return 'either';
  }
}

const controllers = [ThingsController, PlainController];
const metadata = 'resource_metadata="https://api.example.com/.well-known/oauth-protected-resource"';

describe('With `api.metadata`, the challenge', () => {
  const tenant = accessTenant();
  let api: TestApp;

  beforeAll(async () => {
    const { issuer } = tenant;
    api = await startApi({ issuer, controllers, api: { audience: resource, metadata: true } });
  });

  const refused = async (path: string, token?: string, headers: Record<string, string> = {}) =>
    refusalOf(await call(api, path, token, { headers }));

  it('of a request without a token has the URL of the metadata', async () => {
    expect(await refused('/plain')).toMatchObject({ status: 401, challenge: `Bearer ${metadata}` });
  });

  it('has the scopes that the route requires, so that the client asks for the right token at once', async () => {
    const { challenge } = await refused('/things/written');

    expect(challenge).toBe(`Bearer scope="erase:things read:things", ${metadata}`);
  });

  it('of a bad token has them too', async () => {
    expect(await refused('/things', 'a.b.c')).toMatchObject({
      status: 401,
      challenge: `Bearer error="invalid_token", error_description="The token is malformed.", scope="read:things", ${metadata}`,
    });
  });

  it('of a token that lacks a scope has those of the token too, so that a client loses none', async () => {
    const token = await tenant.tokens.ofUser('ada', { resource });

    expect(await refused('/plain/erased', token)).toMatchObject({
      status: 403,
      challenge: `Bearer error="insufficient_scope", scope="read:things erase:things", ${metadata}`,
    });
  });

  it('of any other refusal has the URL of the metadata', async () => {
    const token = await tenant.tokens.ofUser('ada', { resource });

    expect(await refused('/plain/roles', token)).toMatchObject({
      status: 403,
      challenge: `Bearer error="insufficient_scope", ${metadata}`,
    });
    expect(await refused('/plain/second-factor', token)).toMatchObject({
      status: 401,
      challenge: `Bearer error="insufficient_user_authentication", acr_values="urn:logto:acr:mfa", ${metadata}`,
    });
  });

  it('does not depend on the Host header', async () => {
    const { challenge } = await refused('/plain', undefined, {
      host: 'evil.test',
      'x-forwarded-host': 'evil.test',
    });

    expect(challenge).toBe(`Bearer ${metadata}`);
  });

  it('begins with `baseUrl` where there is one, and leads to the document', async () => {
    const { issuer } = tenant;
    const app = await startApp({
      issuer,
      controllers,
      logto: { api: { audience: `${resource}/mcp`, metadata: true } },
    });
    const { challenge } = refusalOf(await call(app, '/plain/either'));
    const [, url = ''] = /resource_metadata="(.*)"/.exec(challenge ?? '') ?? [];

    expect(url).toBe(`${app.baseUrl}/.well-known/oauth-protected-resource/mcp`);
    expect(await (await fetch(url)).json()).toHaveProperty('resource', `${resource}/mcp`);
  });

  it.each([
    ['of which a proxy strips the path', '/shop', undefined, '/shop'],
    ['that ends with the global prefix', '/api', 'api', ''],
    ['with both', '/shop/api', 'api', '/shop'],
  ])('with a `baseUrl` %s, leads to the document', async (_, path, prefix, expected) => {
    const { issuer } = tenant;
    const port = await freePort();
    const baseUrl = `http://localhost:${port}${path}`;
    const app = await startApp({
      issuer,
      port,
      controllers,
      logto: { baseUrl, api: { audience: resource, metadata: true } },
      configure: (nest) => prefix !== undefined && nest.setGlobalPrefix(prefix),
    });
    const { challenge } = refusalOf(await call(app, `${prefix === undefined ? '' : '/api'}/plain`));

    expect(challenge).toBe(
      `Bearer resource_metadata="http://localhost:${port}${expected}/.well-known/oauth-protected-resource"`,
    );
    expect((await app.browser().fetch('/.well-known/oauth-protected-resource')).status).toBe(200);
  });
});
