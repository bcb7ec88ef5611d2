import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { decodeJwt } from 'jose';
import {
  AuthUser,
  LogtoContext,
  LogtoGuard,
  UserScope,
  WithLogto,
  type LogtoModuleOptions,
  type UserInfoResponse,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { ContextController } from '../support/controllers/context.controller.js';
import { resource, startIssuer } from '../support/logto/issuer.js';

@Controller()
class TokensController {
  @Get('public-info')
  @WithLogto({ fetchUserInfo: true, getAccessToken: true })
  publicInfo(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('token')
  @WithLogto({ getAccessToken: true })
  token(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('resource-token')
  @WithLogto({ getAccessToken: true, resource })
  resourceToken(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('organization-tokens')
  @WithLogto({ getOrganizationToken: true })
  organizationTokens(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }
}

@Controller('merged')
@WithLogto({ fetchUserInfo: true, unauthenticated: 'reject' })
class MergedController {
  @Get('class')
  ofClass(@AuthUser() user: LogtoContext): string[] {
    return Object.keys(user);
  }

  @Get('handler')
  @WithLogto({ getAccessToken: true })
  ofBoth(@AuthUser() user: LogtoContext): string[] {
    return Object.keys(user);
  }

  @Get('overridden')
  @WithLogto({ fetchUserInfo: false })
  overridden(@AuthUser() user: LogtoContext): string[] {
    return Object.keys(user);
  }

  @Get('guarded')
  @UseGuards(LogtoGuard)
  guarded(): string {
    return 'in';
  }
}

let issuer: LogtoEmulator;
let app: TestApp;
let ada: Browser;

beforeAll(async () => {
  issuer = await startIssuer();
  app = await startApp({ issuer, controllers, logto });
  ada = app.browser();
  await ada.signIn(issuer);
});
const controllers = [ContextController, TokensController, MergedController];
const logto: Partial<LogtoModuleOptions> = {
  scopes: [UserScope.CustomData, UserScope.Organizations, 'read:things', 'invite'],
  resources: [resource],
};

const get = async <T = Record<string, unknown>>(path: string, browser: Browser = ada): Promise<T> =>
  (await browser.fetch(path)).json<T>();

describe('@WithLogto()', () => {
  beforeEach(() => issuer.resetRequests());

  it('fetches user info once per request, however often it is asked for', async () => {
    const { userInfo, fromService, again } = await get<Record<string, UserInfoResponse>>('/info');

    expect(userInfo).toMatchObject({
      sub: 'ada',
      custom_data: { plan: 'pro' },
      organization_data: [{ id: 'org_1', name: 'Org One', description: null }],
    });
    expect([fromService, again]).toEqual([userInfo, userInfo]);
    expect(issuer.countRequests('userinfo')).toBe(1);
  });

  it('adds the access token for user info, which came with the sign-in', async () => {
    const { accessToken, scopes } = await get<LogtoContext>('/token');

    expect(accessToken).toEqual(expect.any(String));
    expect(scopes).toContain('openid');
    expect(issuer.countRequests('token')).toBe(0);
  });

  it('adds the access token of a resource with its scopes, and requests it once', async () => {
    const first = await get<LogtoContext>('/resource-token');
    const second = await get<LogtoContext>('/resource-token');

    expect(decodeJwt(first.accessToken ?? '')).toMatchObject({
      aud: resource,
      sub: 'ada',
      scope: 'read:things',
    });
    expect(first.scopes).toEqual(['read:things']);
    expect(second.accessToken).toBe(first.accessToken);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('adds a token for each of the user’s organizations', async () => {
    const { organizationTokens } = await get<LogtoContext>('/organization-tokens');

    expect(Object.keys(organizationTokens ?? {})).toEqual(['org_1']);
    expect(decodeJwt(organizationTokens?.org_1 ?? '')).toMatchObject({
      aud: 'urn:logto:organization:org_1',
      scope: 'invite',
    });
  });

  it('adds nothing to an anonymous request, and sends nothing to Logto', async () => {
    expect(await get('/public-info', app.browser())).toEqual({ isAuthenticated: false });
    expect(issuer.requests()).toEqual([]);
  });

  it('merges the options of class and handler, and the handler’s win', async () => {
    expect(await get('/merged/class')).toEqual(['isAuthenticated', 'claims', 'userInfo']);
    expect(await get('/merged/handler')).toEqual([
      'isAuthenticated',
      'claims',
      'userInfo',
      'accessToken',
      'scopes',
    ]);
    expect(await get('/merged/overridden')).toEqual(['isAuthenticated', 'claims']);
    expect((await app.browser().open('/merged/guarded')).status).toBe(401);
  });

  it('answers 503 while Logto fails', async () => {
    issuer.failNext('userinfo', { status: 500 });

    const page = await ada.fetch('/merged/class');

    expect([page.status, page.json().code]).toEqual([503, 'provider_unavailable']);
    expect(await get('/merged/class')).toContain('userInfo');
  });

  it('answers as the guard does once Logto has ended the sign-in', async () => {
    const bob = app.browser();
    await bob.signIn(issuer, 'bob');
    issuer.revokeGrants('bob');

    const refused = await bob.open('/info?tab=1');
    expect([refused.status, refused.location]).toEqual([
      302,
      `${app.baseUrl}/logto/sign-in?returnTo=%2Finfo%3Ftab%3D1`,
    ]);
    expect((await bob.fetch('/merged/guarded')).status).toBe(401);
    expect(await get('/user', bob)).toEqual({ isAuthenticated: false });
  });

  it('overrides the options of the module, which hold for every route', async () => {
    const own = await startApp({
      issuer,
      controllers,
      logto: { ...logto, fetchUserInfo: true, getAccessToken: true, resource },
    });
    const visitor = own.browser();
    await visitor.signIn(issuer);

    const context = await get<LogtoContext>('/user', visitor);
    expect([context.userInfo?.sub, context.scopes]).toEqual(['ada', ['read:things']]);
    expect(await get('/merged/overridden', visitor)).not.toContain('userInfo');
  });
});
