import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import session, { type SessionData } from 'express-session';
import {
  LogtoGuard,
  LogtoModule,
  logtoOptionsFromEnv,
  LogtoService,
  type LogtoModuleOptions,
} from 'nestjs-logto';
import { anonymous, signedInAs, useLogtoTesting, type UseLogtoTestingOptions } from 'nestjs-logto/testing';
import { resource, ShopController, started, type ShopUnderTest } from './support.js';

const deployed: LogtoModuleOptions = {
  endpoint: 'https://shop.logto.app',
  appId: 'shop',
  appSecret: 'the-secret-of-the-shop',
  baseUrl: 'https://shop.example.com',
  session: { secret: 'the-session-secret-of-the-shop' },
  scopes: ['roles', 'read:orders'],
  resources: [resource],
};
const ada = { sub: 'ada', roles: ['admin'], scopes: ['read:orders'] };

/** An app as it is deployed: its root module has its `forRoot` already. */
function appModule(logto: DynamicModule): TestingModuleBuilder {
  @Module({ imports: [logto], controllers: [ShopController] })
  class AppModule {}
  return Test.createTestingModule({ imports: [AppModule] });
}

describe('useLogtoTesting on an app that has LogtoModule already', () => {
  let tested: ShopUnderTest | undefined;

  afterEach(async () => {
    await tested?.close();
    tested = undefined;
  });

  async function testing(
    logto: DynamicModule,
    setup?: UseLogtoTestingOptions,
    configure?: Parameters<typeof started>[1],
  ): Promise<ShopUnderTest> {
    tested = await started(useLogtoTesting(appModule(logto), setup), configure);
    return tested;
  }

  it("lets a request be a user's, and leaves the others nobody's", async () => {
    const { http } = await testing(LogtoModule.forRoot(deployed));

    await http().get('/account').set(signedInAs(ada)).expect(200, { sub: 'ada' });
    await http().get('/admin').set(signedInAs(ada)).expect(200);
    await http().get('/account').expect(401);
  });

  it('gives every request the user it is told', async () => {
    const { http } = await testing(LogtoModule.forRoot(deployed), { user: ada });

    await http().get('/account').expect(200, { sub: 'ada' });
    await http().get('/account').set(anonymous()).expect(401);
  });

  it('keeps what the app asks for: what its scopes leave out is missing, as in production', async () => {
    const { http } = await testing(LogtoModule.forRoot({ ...deployed, scopes: ['read:orders'] }));

    await http().get('/orders').set(signedInAs(ada)).expect(200);
    const { body } = await http().get('/admin').set(signedInAs(ada)).expect(500);
    expect(body).toMatchObject({ code: 'missing_scope_roles' });
  });

  it("keeps the app's routes and where they lead", async () => {
    const { http } = await testing(LogtoModule.forRoot({ ...deployed, authRoutesPrefix: 'auth' }));

    const { headers } = await http().get('/auth/sign-in').expect(302);
    expect(headers.location).toMatch(/^https:\/\/shop\.logto\.app\/oidc\/auth\?/);
    const parameters = new URL(headers.location ?? '').searchParams;
    expect(parameters.get('redirect_uri')).toBe('https://shop.example.com/auth/sign-in-callback');
  });

  it('serves an app whose own guard is installed globally', async () => {
    @Module({
      imports: [LogtoModule.forRoot({ ...deployed, authRoutes: false })],
      controllers: [ShopController],
      providers: [{ provide: APP_GUARD, useClass: LogtoGuard }],
    })
    class GuardedModule {}
    tested = await started(useLogtoTesting(Test.createTestingModule({ imports: [GuardedModule] })));

    await tested.http().get('/whoami').expect(401);
    await tested.http().get('/whoami').set(signedInAs(ada)).expect(200);
  });

  it("can be combined with the overrides of the app's own providers", async () => {
    const getContext = jest.fn();
    const builder = useLogtoTesting(appModule(LogtoModule.forRoot(deployed)));
    tested = await started(builder.overrideProvider(LogtoService).useValue({ getContext }));

    expect(tested.app.get(LogtoService)).toEqual({ getContext });
  });

  describe('where the environment of the deployment is missing', () => {
    it.each([
      ['forRoot', () => LogtoModule.forRoot(logtoOptionsFromEnv({ scopes: ['roles'] }, {}))],
      [
        'forRootAsync',
        () => LogtoModule.forRootAsync({ useFactory: () => logtoOptionsFromEnv({ scopes: ['roles'] }, {}) }),
      ],
      [
        'values that are no addresses',
        () => LogtoModule.forRoot({ ...deployed, endpoint: 'changeme', baseUrl: 'changeme', appId: '' }),
      ],
      [
        'a session without its secret',
        () => LogtoModule.forRoot({ ...deployed, session: { secret: undefined as unknown as string } }),
      ],
    ])('does without it: %s', async (_name, logto) => {
      const { http } = await testing(logto());

      await http().get('/admin').set(signedInAs(ada)).expect(200);
      await http().get('/logto/sign-in').expect(302);
    });

    it('does without options of a factory that finds no configuration', async () => {
      const { http } = await testing(LogtoModule.forRootAsync({ useFactory: () => undefined as never }));

      await http().get('/account').set(signedInAs(ada)).expect(200);
    });

    it('takes an app with `api` and a session for an API alone, until it is told of its application', async () => {
      const own = { scopes: ['roles'], api: { audience: 'https://api.example.com' } };
      const logto = (): DynamicModule =>
        LogtoModule.forRootAsync({ useFactory: () => logtoOptionsFromEnv(own, {}) });

      const alone = await testing(logto());
      const { body } = await alone.http().get('/account').set(signedInAs(ada)).expect(500);
      expect(body).toMatchObject({ code: 'session_not_configured' });
      const { http } = await testing(logto(), { options: { appId: 'app', ...own } });
      await http().get('/account').set(signedInAs(ada)).expect(200);
    });

    it('does not call a factory that would throw, when it is given options', async () => {
      @Injectable()
      class Config {
        getOrThrow(name: string): string {
          throw new Error(`${name} is not set`);
        }
      }
      @Module({ providers: [Config], exports: [Config] })
      class ConfigModule {}
      const logto = LogtoModule.forRootAsync({
        imports: [ConfigModule],
        inject: [Config],
        useFactory: (config: Config) => ({ endpoint: config.getOrThrow('LOGTO_ENDPOINT') }),
      });

      await expect(testing(logto)).rejects.toThrow('LOGTO_ENDPOINT is not set');
      const { http } = await testing(logto, { options: { scopes: ['roles'] } });
      await http().get('/admin').set(signedInAs(ada)).expect(200);
    });

    it('still reports what is wrong in every deployment', async () => {
      const misspelt = { ...deployed, endpoint: '', scope: ['roles'] };

      await expect(testing(LogtoModule.forRoot(misspelt))).rejects.toMatchObject({
        code: 'invalid_options',
        problems: [{ option: 'scope', remedy: expect.any(String) }],
      });
    });
  });

  describe("beside the app's session", () => {
    /** A store that fails whoever touches it. */
    class ForbiddenStore extends session.Store {
      readonly touched: string[] = [];
      override get(id: string, callback: (error: unknown, found?: SessionData | null) => void): void {
        this.touched.push(`get ${id}`);
        callback(null, null);
      }
      override set(id: string, _session: SessionData, callback?: () => void): void {
        this.touched.push(`set ${id}`);
        callback?.();
      }
      override destroy(id: string, callback?: () => void): void {
        this.touched.push(`destroy ${id}`);
        callback?.();
      }
    }

    it('leaves the store of the options alone: sessions are in memory', async () => {
      const store = new ForbiddenStore();
      const options = { ...deployed, session: { secret: 'secret', store } };
      const agent = (await testing(LogtoModule.forRoot(options))).agent();

      await agent.post('/cart').set(signedInAs(ada)).expect(201);
      await agent.get('/cart').set(signedInAs(ada)).expect(200, { cart: 'a book' });
      expect(store.touched).toEqual([]);
    });

    it('needs none where the app mounts its session in main.ts, which a test does not run', async () => {
      const { session: _session, ...rest } = deployed;
      const agent = (await testing(LogtoModule.forRoot(rest))).agent();

      await agent.get('/account').set(signedInAs(ada)).expect(200);
      await agent.post('/cart').expect(201);
      await agent.get('/cart').expect(200, { cart: 'a book' });
    });

    it('uses the one that the test mounts as main.ts does, and signs nobody in there', async () => {
      const { session: _session, ...rest } = deployed;
      const store = new session.MemoryStore();
      const { http } = await testing(LogtoModule.forRoot(rest), {}, (app) =>
        app.use(session({ secret: 'secret', name: 'shop', store, resave: false, saveUninitialized: true })),
      );

      const { headers } = await http().get('/account').set(signedInAs(ada)).expect(200);
      expect(headers['set-cookie']).toEqual([expect.stringMatching(/^shop=/)]);
      const stored = await new Promise((resolve) => store.all?.((_error, found) => resolve(found)));
      expect(JSON.stringify(stored)).not.toContain('ada');
    });

    it('still says when two sessions are mounted', async () => {
      const { http } = await testing(LogtoModule.forRoot(deployed), {}, (app) =>
        app.use(session({ secret: 'secret', resave: false, saveUninitialized: false })),
      );

      const { body } = await http().get('/account').set(signedInAs(ada)).expect(500);
      expect(body).toMatchObject({ code: 'session_configured_twice' });
    });
  });

  describe('and the world outside', () => {
    it('is asked for nothing: neither Logto nor the lock of the deployment', async () => {
      const fetched = jest.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network in tests'));
      const ownFetch = jest.fn<typeof fetch>().mockRejectedValue(new Error('no network in tests'));
      const run = jest.fn<() => Promise<never>>().mockRejectedValue(new Error('no Redis in tests'));
      const { http } = await testing(
        LogtoModule.forRoot({
          ...deployed,
          scopes: ['read:orders', 'urn:logto:scope:organizations'],
          http: { fetch: ownFetch, internalEndpoint: 'http://logto:3001' },
          allowInsecureRequests: true,
          lock: { run },
          api: { audience: resource },
        }),
      );
      const member = { ...ada, organizations: ['acme'] };

      await http().get('/tokens').set(signedInAs(member)).expect(200);
      await http().get('/user-info').set(signedInAs(ada)).expect(200);
      await http()
        .get('/api/orders')
        .set(signedInAs(ada, { as: 'bearer' }))
        .expect(200);
      await http().get('/logto/sign-out').set(signedInAs(ada)).expect(302);

      expect([fetched.mock.calls, ownFetch.mock.calls, run.mock.calls]).toEqual([[], [], []]);
      fetched.mockRestore();
    });

    it("gives the app's own machine-to-machine tokens", async () => {
      const { app } = await testing(
        LogtoModule.forRoot({ ...deployed, machineToMachine: { appId: 'machine', appSecret: '' } }),
      );

      const token = await app.get(LogtoService).getClientCredentialsToken({ resource, scope: 'read:orders' });
      const [, payload = ''] = token.split('.');
      expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
        sub: 'machine',
        aud: resource,
        scope: 'read:orders',
      });
    });

    it('cannot finish a sign-in, and says so as a failed sign-in does', async () => {
      const agent = (
        await testing(LogtoModule.forRoot({ ...deployed, baseUrl: 'http://127.0.0.1' }))
      ).agent();
      const { headers } = await agent.get('/logto/sign-in').expect(302);
      const state = new URL(headers.location ?? '').searchParams.get('state');
      const iss = encodeURIComponent('https://shop.logto.app/oidc');

      const { body } = await agent
        .get(`/logto/sign-in-callback?code=x&state=${state}&iss=${iss}`)
        .expect(401);
      expect(body).toMatchObject({ code: 'invalid_grant' });
    });
  });
});
