import { describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { LogtoApiGuard, RequireScopes } from 'nestjs-logto';
import { logtoSwaggerOptions } from 'nestjs-logto/swagger';
import { startApi } from '../guard/support/api.js';
import { resource } from '../support/logto/issuer.js';

@Controller('things')
@UseGuards(LogtoApiGuard)
@RequireScopes('read:things')
class ThingsController {
  @Get()
  find(): void {}

  @Get('all')
  @RequireScopes('read:all')
  all(): void {}

  @Get('others')
  @RequireScopes('read:others', { resource: 'https://other.example.com' })
  others(): void {}
}

const issuer = { endpoint: 'https://tenant.logto.app' };
const signIn = { clientId: 'swagger-ui', url: 'http://localhost:3000/docs/' };

describe('logtoSwaggerOptions()', () => {
  it('signs in with PKCE for the API, with the scopes that its routes require', async () => {
    const { app } = await startApi({ issuer, controllers: [ThingsController] });

    expect(logtoSwaggerOptions(app, signIn).swaggerOptions).toMatchObject({
      oauth2RedirectUrl: 'http://localhost:3000/docs/oauth2-redirect.html',
      initOAuth: {
        clientId: 'swagger-ui',
        scopes: ['openid', 'profile', 'read:all', 'read:things'],
        usePkceWithAuthorizationCodeGrant: true,
        additionalQueryStringParams: { resource },
      },
    });
  });

  it('takes another resource and other scopes', async () => {
    const { app } = await startApi({ issuer, controllers: [ThingsController] });
    const initOAuthOf = (given: { resource: string; scopes?: string[] }): unknown =>
      logtoSwaggerOptions(app, { ...signIn, ...given }).swaggerOptions?.initOAuth;

    expect(initOAuthOf({ resource: 'https://other.example.com' })).toMatchObject({
      scopes: ['openid', 'profile', 'read:others'],
      additionalQueryStringParams: { resource: 'https://other.example.com' },
    });
    expect(initOAuthOf({ resource, scopes: ['openid'] })).toMatchObject({ scopes: ['openid'] });
  });

  it('asks which resource is meant if there are several', async () => {
    const api = { audience: [resource, 'https://other.example.com'] };
    const { app } = await startApi({ issuer, api });

    expect(() => logtoSwaggerOptions(app, signIn)).toThrow(/which API.*resource: 'https/s);
  });
});
