import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Req,
  Session,
  UseGuards,
  UseInterceptors,
  ValidationPipe,
  applyDecorators,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type MiddlewareConsumer,
  type NestInterceptor,
} from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import type { NextFunction, Request, Response } from 'express';
import session from 'express-session';
import {
  AuthUser,
  IdTokenClaims,
  LogtoContext,
  LogtoGuard,
  LogtoService,
  UserInfoResponse,
  UserScope,
  WithLogto,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import passport from 'passport';
import { tap, type Observable } from 'rxjs';
import { startApp, type TestApp, type TestAppParts } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { startHostileProvider } from '../support/hostile-provider.js';
import { resource, startIssuer } from '../support/issuer.js';
import { MemorySessionStore } from '../support/memory-session-store.js';

declare module 'nestjs-logto' {
  interface IdTokenClaims {
    /** A claim of this app's own. */
    tenant_plan?: 'free' | 'pro';
  }
}

/** Compiles only while claims have their types, Logto's as well as the app's own. */
export function typed(claims: IdTokenClaims, info: UserInfoResponse, user: Express.User): unknown[] {
  const plan: 'free' | 'pro' | undefined = claims.tenant_plan;
  const name: string | null | undefined = claims.name;
  const verified: boolean | undefined = claims.email_verified;
  const roles: string[] | undefined = info.organization_roles;
  const organization: string | undefined = info.organization_data?.[0]?.name;
  const data: Record<string, unknown> | undefined = info.custom_data;
  const sub: string | undefined = user.claims?.sub;
  // Passport's users need not be Logto's.
  const others: Express.User[] = [{ id: 7 }, {}];
  return [plan, name, verified, roles, organization, data, sub, others];
}

// @ts-expect-error -- no member of the context
AuthUser('token');

@Controller()
class ContextController {
  constructor(private readonly logto: LogtoService) {}

  @Get('user')
  user(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('members')
  members(
    @AuthUser('isAuthenticated') isAuthenticated: boolean,
    @AuthUser('claims') claims: IdTokenClaims | undefined,
    @AuthUser('accessToken') accessToken: string | undefined,
  ): unknown {
    return { isAuthenticated, sub: claims?.sub, accessToken };
  }

  @Get('guarded')
  @UseGuards(LogtoGuard)
  guarded(@AuthUser('claims') claims: IdTokenClaims): string {
    return claims.sub;
  }

  @Get('same')
  @UseGuards(LogtoGuard)
  async same(
    @AuthUser() user: LogtoContext,
    @AuthUser() again: LogtoContext,
    @Req() request: Request,
  ): Promise<boolean[]> {
    return [user === again, user === request.user, user === (await this.logto.getContext(request))];
  }

  @Get('info')
  @UseGuards(LogtoGuard)
  @WithLogto({ fetchUserInfo: true })
  async info(@AuthUser() user: LogtoContext, @Req() request: Request): Promise<unknown> {
    const [asked, again] = await Promise.all([
      this.logto.fetchUserInfo(request),
      this.logto.getContext(request, { fetchUserInfo: true }),
    ]);
    return { userInfo: user.userInfo, asked, again: again.userInfo };
  }

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

  @Get('service')
  async service(@Req() request: Request): Promise<unknown> {
    return {
      there: await this.logto.isAuthenticated(request),
      sub: (await this.logto.getIdTokenClaims(request)).sub,
    };
  }

  @Get('visits')
  visits(@Session() own: { visits?: number }): number {
    own.visits = (own.visits ?? 0) + 1;
    return own.visits;
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

describe('The user in handlers', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;
  const store = new MemorySessionStore();

  const parts = (): Omit<TestAppParts, 'issuer'> => ({
    controllers: [ContextController, MergedController],
    logto: {
      scopes: [
        UserScope.Email,
        UserScope.CustomData,
        UserScope.Roles,
        UserScope.Organizations,
        'read:things',
        'invite',
      ],
      resources: [resource],
      session: { secret: 'a-session-secret', store },
    },
  });

  beforeAll(async () => {
    issuer = await startIssuer();
    app = await startApp({ issuer, ...parts() });
    browser = app.browser();
    await browser.signIn(issuer);
  });

  beforeEach(() => {
    issuer.resetRequests();
    store.calls.length = 0;
  });

  afterAll(async () => {
    await app.close();
    await issuer.close();
  });

  const asked = async <T = Record<string, unknown>>(path: string, by: Browser = browser): Promise<T> =>
    (await by.fetch(path)).json<T>();

  describe('of a handler', () => {
    it('says that nobody is there', async () => {
      const stranger = app.browser();

      expect(await asked('/user', stranger)).toEqual({ isAuthenticated: false });
      expect(await asked('/members', stranger)).toEqual({ isAuthenticated: false });
    });

    it('has the claims of who is signed in, in Logto’s words and kinds', async () => {
      const { isAuthenticated, claims, ...rest } = await asked<LogtoContext>('/user');

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
      // Milliseconds, where everything else is seconds.
      expect(claims?.created_at).toBeGreaterThan(1e12);
    });

    it('keeps null what Logto has no value for', async () => {
      const visitor = app.browser();
      await visitor.signIn(issuer, 'bob');

      expect((await asked<LogtoContext>('/user', visitor)).claims).toMatchObject({
        name: 'Bob',
        picture: null,
        email: null,
      });
    });

    it('can be had member by member', async () => {
      expect(await asked('/members')).toEqual({ isAuthenticated: true, sub: 'ada' });
    });

    it('is one for all who ask in a request', async () => {
      expect(await asked('/same')).toEqual([true, true, true]);
    });

    it('is the handler’s to change: the next request knows nothing of it', async () => {
      expect(await asked('/careless')).toEqual(['admin', 'root']);

      expect((await asked<LogtoContext>('/user')).claims).toMatchObject({
        sub: 'ada',
        name: 'Ada Lovelace',
        roles: ['admin'],
      });
      expect(store.count('set')).toBe(0);
    });

    it('has no claim that makes itself the prototype of others', async () => {
      const provider = await startHostileProvider();
      const own = await startApp({ issuer: provider, controllers: [ContextController] });
      const visitor = own.browser();
      const { location = '' } = await visitor.open('/logto/sign-in');
      const data: unknown = JSON.parse('{ "plan": "pro", "__proto__": { "admin": true } }');
      provider.bends = { claims: (honest) => ({ ...honest, custom_data: data }) };
      await visitor.open(provider.callback(location));

      expect(await asked('/custom-data', visitor)).toEqual({ kept: 'pro', isPlain: true });
      await own.close();
      await provider.close();
    });

    it('is there for services too, and who is not signed in is an error where claims are needed', async () => {
      expect(await asked('/service')).toEqual({ there: true, sub: 'ada' });
      const refused = await app.browser().fetch('/service');
      expect([refused.status, refused.json().code]).toEqual([401, 'not_authenticated']);
    });
  });

  describe('holds what was asked for', () => {
    it('user info, asked once a request whoever asks', async () => {
      const { userInfo, asked: byService, again } = await asked<Record<string, UserInfoResponse>>('/info');

      expect(userInfo).toMatchObject({
        sub: 'ada',
        custom_data: { plan: 'pro' },
        organization_data: [{ id: 'org_1', name: 'Org One', description: null }],
      });
      expect([byService, again]).toEqual([userInfo, userInfo]);
      expect(issuer.countRequests('userinfo')).toBe(1);
    });

    it('the access token for user info, which the sign-in brought', async () => {
      const { accessToken, scopes } = await asked<LogtoContext>('/token');

      expect(accessToken).toEqual(expect.any(String));
      expect(scopes).toContain('openid');
      expect(issuer.countRequests('token')).toBe(0);
    });

    it('the access token of a resource with its scopes, asked for once', async () => {
      const first = await asked<LogtoContext>('/resource-token');
      const second = await asked<LogtoContext>('/resource-token');

      const payload = JSON.parse(
        Buffer.from(first.accessToken?.split('.')[1] ?? '', 'base64url').toString(),
      ) as object;
      expect(payload).toMatchObject({ aud: resource, sub: 'ada', scope: 'read:things' });
      expect(first.scopes).toEqual(['read:things']);
      expect(second.accessToken).toBe(first.accessToken);
      expect(issuer.countRequests('token')).toBe(1);
    });

    it('a token for each of the user’s organizations', async () => {
      const { organizationTokens } = await asked<LogtoContext>('/organization-tokens');

      expect(Object.keys(organizationTokens ?? {})).toEqual(['org_1']);
      const payload = organizationTokens?.org_1?.split('.')[1] ?? '';
      expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
        aud: 'urn:logto:organization:org_1',
        scope: 'invite',
      });
    });

    it('nothing, without a word to Logto, where nobody is signed in', async () => {
      expect(await asked('/public-info', app.browser())).toEqual({ isAuthenticated: false });
      expect(issuer.requests()).toEqual([]);
    });

    it('by the class and the handler together, the handler’s word over the class’s', async () => {
      expect(await asked('/merged/class')).toEqual(['isAuthenticated', 'claims', 'userInfo']);
      expect(await asked('/merged/handler')).toEqual([
        'isAuthenticated',
        'claims',
        'userInfo',
        'accessToken',
        'scopes',
      ]);
      expect(await asked('/merged/overridden')).toEqual(['isAuthenticated', 'claims']);
      expect((await app.browser().open('/merged/guarded')).status).toBe(401);
    });

    it('or an error where it cannot be had: 503 while Logto fails', async () => {
      issuer.failNext('userinfo', { status: 500 });

      const page = await browser.fetch('/merged/class');

      expect([page.status, page.json().code]).toEqual([503, 'provider_unavailable']);
      expect(await asked('/merged/class')).toContain('userInfo');
    });

    it('or the guard’s answer where Logto has ended the sign-in', async () => {
      const visitor = app.browser();
      await visitor.signIn(issuer, 'bob');
      issuer.revokeGrants('bob');

      const refused = await visitor.open('/info?tab=1');
      expect([refused.status, refused.location]).toEqual([
        302,
        `${app.baseUrl}/logto/sign-in?returnTo=%2Finfo%3Ftab%3D1`,
      ]);
      expect((await visitor.fetch('/merged/guarded')).status).toBe(401);
      expect(await asked('/user', visitor)).toEqual({ isAuthenticated: false });
    });

    it('by the options of the module for every route, which decorators override', async () => {
      const defaults = parts();
      const own = await startApp({
        issuer,
        ...defaults,
        logto: {
          ...defaults.logto,
          session: { secret: 'a-session-secret' },
          fetchUserInfo: true,
          getAccessToken: true,
          resource,
        },
      });
      const visitor = own.browser();
      await visitor.signIn(issuer);

      const context = await asked<LogtoContext>('/user', visitor);
      expect([context.userInfo?.sub, context.scopes]).toEqual(['ada', ['read:things']]);
      expect(await asked('/merged/overridden', visitor)).not.toContain('userInfo');
      await own.close();
    });
  });

  describe('costs nothing that the session does not', () => {
    it.each(['/user', '/guarded', '/members', '/same', '/service'])(
      'reads the session once, writes nothing and calls nobody: %s',
      async (path) => {
        expect((await browser.fetch(path)).status).toBe(200);

        expect(store.calls).toEqual([expect.stringMatching(/^get /)]);
        expect(issuer.requests()).toEqual([]);
      },
    );

    it('writes the session when the app changes it, and only then', async () => {
      await browser.fetch('/visits');
      await browser.fetch('/user');

      expect(store.calls.filter((call) => call.startsWith('set '))).toHaveLength(1);
      expect(await asked('/visits')).toBe(2);
      expect((await asked<LogtoContext>('/user')).isAuthenticated).toBe(true);
    });

    it('does over an app’s own session what express-session does anyway', async () => {
      const ownStore = new MemorySessionStore();
      const own = await startApp({
        issuer,
        controllers: [ContextController],
        logto: { session: undefined },
        configure: (nest) =>
          nest.use(
            session({ secret: 'a-session-secret', resave: false, saveUninitialized: false, store: ownStore }),
          ),
      });
      const visitor = own.browser();
      await visitor.signIn(issuer);
      // The tokens are kept alive after the first of many requests.
      for (const path of ['/user', '/user']) await visitor.fetch(path);
      ownStore.calls.length = 0;
      issuer.resetRequests();

      for (const path of ['/user', '/guarded', '/same']) await visitor.fetch(path);

      expect(ownStore.calls.map((call) => call.split(' ')[0])).toEqual([
        'get',
        'touch',
        'get',
        'touch',
        'get',
        'touch',
      ]);
      expect(issuer.requests()).toEqual([]);
      await own.close();
    });
  });

  it('passes every validation of pipes untouched', async () => {
    const own = await startApp({
      issuer,
      ...parts(),
      logto: { ...parts().logto, session: { secret: 'a-session-secret' } },
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

    expect((await asked<LogtoContext>('/user', visitor)).claims).toMatchObject({
      sub: 'ada',
      roles: ['admin'],
    });
    expect((await visitor.fetch('/guarded')).text).toBe('ada');
    expect((await asked<Record<string, UserInfoResponse>>('/info', visitor)).userInfo).toMatchObject({
      custom_data: { plan: 'pro' },
    });
    await own.close();
  });

  describe('on req.user', () => {
    const seen: Record<string, unknown> = {};

    @Injectable()
    class SeeingGuard implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        seen.guard = context.switchToHttp().getRequest<Request>().user?.claims?.sub;
        return true;
      }
    }

    @Injectable()
    class SeeingInterceptor implements NestInterceptor {
      intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
        const request = context.switchToHttp().getRequest<Request>();
        seen.interceptor = [request.user?.isAuthenticated, Object.keys(request.user ?? {})];
        return next.handle().pipe(tap(() => (seen.after = request.user?.isAuthenticated)));
      }
    }

    @Controller('seen')
    @UseGuards(SeeingGuard)
    @UseInterceptors(SeeingInterceptor)
    class SeeingController {
      @Get()
      @WithLogto({ fetchUserInfo: true })
      see(@Req() request: Request): unknown {
        return request.user;
      }
    }

    @Module({ controllers: [SeeingController] })
    class SeeingModule {
      configure(consumer: MiddlewareConsumer): void {
        consumer
          .apply((request: Request, _response: Response, next: NextFunction) => {
            seen.middleware = request.user?.claims?.sub;
            seen.service = undefined;
            next();
          })
          .forRoutes('{*path}');
      }
    }

    it('is there from the first middleware on, and whole for interceptors and handlers', async () => {
      const own = await startApp({ issuer, imports: [SeeingModule] });
      const visitor = own.browser();
      await visitor.signIn(issuer);

      const user = await asked<LogtoContext>('/seen', visitor);

      expect(user).toMatchObject({ isAuthenticated: true, claims: { sub: 'ada' }, userInfo: { sub: 'ada' } });
      expect(seen).toMatchObject({
        middleware: 'ada',
        guard: 'ada',
        interceptor: [true, expect.arrayContaining(['isAuthenticated', 'claims'])],
        after: true,
      });

      const stranger = own.browser();
      expect(await asked('/seen', stranger)).toEqual({ isAuthenticated: false });
      expect(seen).toMatchObject({
        middleware: undefined,
        guard: undefined,
        interceptor: [false, ['isAuthenticated']],
      });
      await own.close();
    });

    it.each([['the whole app'], ['the class'], ['the handler']])(
      'has what the handler asked for before an interceptor of %s runs',
      async (place) => {
        const nothing = applyDecorators();
        @Controller('asked')
        @(place === 'the class' ? UseInterceptors(SeeingInterceptor) : nothing)
        class AskedController {
          @Get()
          @WithLogto({ fetchUserInfo: true })
          @(place === 'the handler' ? UseInterceptors(SeeingInterceptor) : nothing)
          see(@AuthUser('userInfo') userInfo: UserInfoResponse): UserInfoResponse {
            return userInfo;
          }
        }
        const own = await startApp({
          issuer,
          controllers: [AskedController],
          configure: (nest) => {
            if (place === 'the whole app') nest.useGlobalInterceptors(new SeeingInterceptor());
          },
        });
        const visitor = own.browser();
        await visitor.signIn(issuer);

        expect(await asked('/asked', visitor)).toMatchObject({ sub: 'ada' });
        expect(seen.interceptor).toEqual([true, expect.arrayContaining(['userInfo'])]);
        await own.close();
      },
    );

    it.each([['signed in'], ['anonymous']])(
      'never takes the place of another library’s user: %s',
      async (state) => {
        @Controller('both')
        class BothController {
          @Get()
          @UseGuards(SeeingGuard)
          both(@Req() request: Request, @AuthUser() user: LogtoContext): unknown {
            return { foreign: request.user, isAuthenticated: user.isAuthenticated, sub: user.claims?.sub };
          }

          @Get('guarded')
          @UseGuards(LogtoGuard)
          guarded(@Req() request: Request): unknown {
            return request.user;
          }
        }
        const own = await startApp({
          issuer,
          controllers: [BothController],
          configure: (nest) =>
            nest.use((request: Request, _response: Response, next: NextFunction) => {
              request.user = {
                id: 7,
                isAuthenticated: true,
                claims: { sub: 'mallory' },
              } as unknown as Express.User;
              next();
            }),
        });
        const visitor = own.browser();
        if (state === 'signed in') await visitor.signIn(issuer);
        const foreign = { id: 7, isAuthenticated: true, claims: { sub: 'mallory' } };

        expect(await asked('/both', visitor)).toEqual(
          state === 'signed in'
            ? { foreign, isAuthenticated: true, sub: 'ada' }
            : { foreign, isAuthenticated: false },
        );
        const guarded = await visitor.fetch('/both/guarded');
        expect(guarded.status).toBe(state === 'signed in' ? 200 : 401);
        if (state === 'signed in') expect(guarded.json()).toEqual(foreign);
        await own.close();
      },
    );
  });

  describe('beside Passport', () => {
    class KeyStrategy extends passport.Strategy {
      override authenticate(request: Request): void {
        if (request.headers['x-key'] === 'right') this.success({ id: 7 });
        else this.fail(401);
      }
    }

    @Injectable()
    class KeyStrategyProvider extends PassportStrategy(KeyStrategy, 'key') {
      validate(): unknown {
        return { id: 7 };
      }
    }

    @Controller('pass')
    class PassController {
      @Get('key')
      @UseGuards(AuthGuard('key'))
      key(@Req() request: Request, @AuthUser() user: LogtoContext): unknown {
        return { user: request.user, sub: user.claims?.sub };
      }

      @Get('both')
      @UseGuards(AuthGuard('key'), LogtoGuard)
      both(@Req() request: Request, @AuthUser('claims') claims: IdTokenClaims): unknown {
        return { user: request.user, sub: claims.sub };
      }

      @Get('asked')
      whether(@Req() request: Request): unknown {
        return {
          says: (request as unknown as { isAuthenticated(): boolean }).isAuthenticated(),
          user: request.user,
        };
      }
    }

    let own: TestApp;

    beforeAll(async () => {
      own = await startApp({
        issuer,
        controllers: [PassController, ContextController],
        providers: [KeyStrategyProvider],
        configure: (nest) => {
          nest.use(passport.initialize());
        },
      });
    });

    afterAll(() => own.close());

    it('keeps each user where it belongs', async () => {
      const visitor = own.browser();
      const key = { headers: { 'x-key': 'right' } };
      expect((await visitor.fetch('/pass/key', key)).json()).toEqual({ user: { id: 7 } });
      expect((await visitor.fetch('/pass/key')).status).toBe(401);
      // Passport's user is none of Logto's.
      expect((await visitor.fetch('/pass/both', key)).status).toBe(401);

      await visitor.signIn(issuer);
      expect((await visitor.fetch('/pass/key', key)).json()).toEqual({ user: { id: 7 }, sub: 'ada' });
      expect((await visitor.fetch('/pass/both', key)).json()).toEqual({ user: { id: 7 }, sub: 'ada' });
      expect((await visitor.fetch('/pass/both')).status).toBe(401);
    });

    it('does not make Passport say of nobody that they are signed in', async () => {
      expect(await asked('/pass/asked', own.browser())).toEqual({ says: false });

      const visitor = own.browser();
      await visitor.signIn(issuer);
      expect(await asked('/pass/asked', visitor)).toMatchObject({
        says: true,
        user: { claims: { sub: 'ada' } },
      });
    });
  });
});
