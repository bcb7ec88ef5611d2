import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Req, ValidationPipe } from '@nestjs/common';
import type { Request } from 'express';
import {
  AuthUser,
  IdTokenClaims,
  UserScope,
  type LogtoContext,
  type LogtoModuleOptions,
  type UserInfoResponse,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { session, startApp, type TestApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { ContextController } from '../support/controllers/context.controller.js';
import { startHostileProvider } from '../support/logto/hostile-provider.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';

declare module 'nestjs-logto' {
  interface IdTokenClaims {
    /** A claim of this app's own. */
    tenant_plan?: 'free' | 'pro';
  }
}

/** Compiles only if claims have their types, those of Logto and those of the app. */
export function typed(claims: IdTokenClaims, info: UserInfoResponse, user: Express.User): unknown[] {
  const plan: 'free' | 'pro' | undefined = claims.tenant_plan;
  const name: string | null | undefined = claims.name;
  const verified: boolean | undefined = claims.email_verified;
  const roles: string[] | undefined = info.organization_roles;
  const organization: string | undefined = info.organization_data?.[0]?.name;
  const data: Record<string, unknown> | undefined = info.custom_data;
  const sub: string | undefined = user.claims?.sub;
  // Users of Passport may not be users of Logto.
  const others: Express.User[] = [{ id: 7 }, {}];
  return [plan, name, verified, roles, organization, data, sub, others];
}

// @ts-expect-error -- no member of the context
AuthUser('token');

@Controller()
class ClaimsController {
  @Get('careless')
  careless(@AuthUser('claims') claims: IdTokenClaims, @Req() request: Request): string[] {
    claims.name = 'Somebody else';
    claims.roles?.push('root');
    if (request.user?.claims) request.user.claims.sub = 'mallory';
    return claims.roles ?? [];
  }

  @Get('custom-data')
  customData(@AuthUser('claims') { custom_data: data }: IdTokenClaims): unknown {
    return {
      admin: data?.admin,
      kept: data?.plan,
      isPlain: Object.getPrototypeOf(data) === Object.prototype,
    };
  }
}

let issuer: LogtoEmulator;
let app: TestApp;
let ada: Browser;

beforeAll(async () => {
  issuer = await startIssuer();
  app = await startApp({ issuer, controllers, logto: { ...logto, session: { ...session, store } } });
  ada = app.browser();
  await ada.signIn(issuer);
});
const store = new MemorySessionStore();
const controllers = [ContextController, ClaimsController];
const logto: Partial<LogtoModuleOptions> = {
  scopes: [UserScope.Email, UserScope.CustomData, UserScope.Roles, UserScope.Organizations],
};

const get = async <T = Record<string, unknown>>(path: string, browser: Browser = ada): Promise<T> =>
  (await browser.fetch(path)).json<T>();

describe('@AuthUser()', () => {
  it('says that an anonymous request is not authenticated', async () => {
    const anonymous = app.browser();

    expect(await get('/user', anonymous)).toEqual({ isAuthenticated: false });
    expect(await get('/members', anonymous)).toEqual({ isAuthenticated: false });
  });

  it('has the claims of the signed-in user, with Logto’s names and types', async () => {
    const { isAuthenticated, claims, ...rest } = await get<LogtoContext>('/user');

    expect([isAuthenticated, rest]).toEqual([true, {}]);
    expect(claims).toMatchObject({
      sub: 'ada',
      iss: issuer.issuer,
      aud: 'app',
      name: 'Ada Lovelace',
      username: 'ada',
      picture: 'https://example.com/ada.png',
      email: 'ada@example.com',
      email_verified: true,
      roles: ['admin'],
      organizations: ['org_1'],
    });
    // In milliseconds. All other times are in seconds.
    expect(claims?.created_at).toBeGreaterThan(1e12);
  });

  it('keeps null for claims that have no value at Logto', async () => {
    const bob = app.browser();
    await bob.signIn(issuer, 'bob');

    expect((await get<LogtoContext>('/user', bob)).claims).toMatchObject({
      name: 'Bob',
      picture: null,
      email: null,
    });
  });

  it('takes the name of one member', async () => {
    expect(await get('/members')).toEqual({ isAuthenticated: true, sub: 'ada' });
  });

  it('gives the same object as req.user and LogtoService within one request', async () => {
    expect(await get('/same')).toEqual([true, true, true]);
  });

  it('gives an object that a handler may change without changing the next request', async () => {
    store.calls.length = 0;
    expect(await get('/careless')).toEqual(['admin', 'root']);

    expect((await get<LogtoContext>('/user')).claims).toMatchObject({
      sub: 'ada',
      name: 'Ada Lovelace',
      roles: ['admin'],
    });
    expect(store.count('set')).toBe(0);
  });

  it('has no claim that changes the prototype of an object', async () => {
    const provider = await startHostileProvider();
    const own = await startApp({ issuer: provider, controllers });
    const visitor = own.browser();
    const { location = '' } = await visitor.open('/logto/sign-in');
    const data: unknown = JSON.parse('{ "plan": "pro", "__proto__": { "admin": true } }');
    provider.overrides = { claims: (original) => ({ ...original, custom_data: data }) };
    await visitor.open(provider.callback(location));

    expect(await get('/custom-data', visitor)).toEqual({ kept: 'pro', isPlain: true });
  });

  it('has a counterpart in LogtoService, which throws for an anonymous request if claims are needed', async () => {
    expect(await get('/service')).toEqual({ isAuthenticated: true, sub: 'ada' });
    const refused = await app.browser().fetch('/service');
    expect([refused.status, refused.json().code]).toEqual([401, 'not_authenticated']);
  });

  it('passes through a strict ValidationPipe unchanged', async () => {
    const own = await startApp({
      issuer,
      controllers,
      logto,
      configure: (nest) =>
        nest.useGlobalPipes(
          new ValidationPipe({
            whitelist: true,
            forbidNonWhitelisted: true,
            forbidUnknownValues: true,
            transform: true,
            transformOptions: { enableImplicitConversion: true },
            validateCustomDecorators: true,
          }),
        ),
    });
    const visitor = own.browser();
    await visitor.signIn(issuer);

    expect((await get<LogtoContext>('/user', visitor)).claims).toMatchObject({
      sub: 'ada',
      roles: ['admin'],
    });
    expect((await visitor.fetch('/guarded')).text).toBe('ada');
    expect((await get<Record<string, UserInfoResponse>>('/info', visitor)).userInfo).toMatchObject({
      custom_data: { plan: 'pro' },
    });
  });
});
