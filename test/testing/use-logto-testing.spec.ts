import { describe, expect, it, jest } from '@jest/globals';
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
import { resource } from '../support/logto/issuer.js';
import { startUnderTest, type ShopUnderTest } from './support/shop-under-test.js';
import { ShopController } from './support/shop.controller.js';

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

/** A testing module of the deployed app, whose root module has its `forRoot` already. */
function appModule(logto: DynamicModule): TestingModuleBuilder {
  @Module({ imports: [logto], controllers: [ShopController] })
  class AppModule {}
  return Test.createTestingModule({ imports: [AppModule] });
}

describe('useLogtoTesting on an app that has LogtoModule already', () => {
  const start = (
    logto: DynamicModule,
    setup?: UseLogtoTestingOptions,
    configure?: Parameters<typeof startUnderTest>[1],
  ): Promise<ShopUnderTest> => startUnderTest(useLogtoTesting(appModule(logto), setup), configure);

  it('lets a test sign in single requests', async () => {
    const { http } = await start(LogtoModule.forRoot(deployed));

    await http().get('/account').set(signedInAs(ada)).expect(200, { sub: 'ada' });
    await http().get('/admin').set(signedInAs(ada)).expect(200);
    await http().get('/account').expect(401);
  });

  it('signs in every request as its `user`', async () => {
    const { http } = await start(LogtoModule.forRoot(deployed), { user: ada });

    await http().get('/account').expect(200, { sub: 'ada' });
    await http().get('/account').set(anonymous()).expect(401);
  });

  it('keeps the scopes of the app: claims of other scopes are missing, as in production', async () => {
    const { http } = await start(LogtoModule.forRoot({ ...deployed, scopes: ['read:orders'] }));

    await http().get('/orders').set(signedInAs(ada)).expect(200);
    const { body } = await http().get('/admin').set(signedInAs(ada)).expect(500);
    expect(body).toMatchObject({ code: 'missing_scope_roles' });
  });

  it('keeps the routes of the app and their redirects', async () => {
    const { http } = await start(LogtoModule.forRoot({ ...deployed, authRoutesPrefix: 'auth' }));

    const { headers } = await http().get('/auth/sign-in').expect(302);
    expect(headers.location).toMatch(/^https:\/\/shop\.logto\.app\/oidc\/auth\?/);
    const parameters = new URL(headers.location ?? '').searchParams;
    expect(parameters.get('redirect_uri')).toBe('https://shop.example.com/auth/sign-in-callback');
  });

  it('works with a global guard', async () => {
    @Module({
      imports: [LogtoModule.forRoot({ ...deployed, authRoutes: false })],
      controllers: [ShopController],
      providers: [{ provide: APP_GUARD, useClass: LogtoGuard }],
    })
    class GuardedModule {}
    const builder = useLogtoTesting(Test.createTestingModule({ imports: [GuardedModule] }));
    const { http } = await startUnderTest(builder);

    await http().get('/whoami').expect(401);
    await http().get('/whoami').set(signedInAs(ada)).expect(200);
  });

  it('can be combined with overrides of providers', async () => {
    const getContext = jest.fn();
    const builder = useLogtoTesting(appModule(LogtoModule.forRoot(deployed)));
    const overridden = builder.overrideProvider(LogtoService).useValue({ getContext });
    const { app } = await startUnderTest(overridden);

    expect(app.get(LogtoService)).toEqual({ getContext });
  });

  describe('without the environment of the deployment', () => {
    it.each([
      ['forRoot', () => LogtoModule.forRoot(logtoOptionsFromEnv({ scopes: ['roles'] }, {}))],
      [
        'forRootAsync',
        () => LogtoModule.forRootAsync({ useFactory: () => logtoOptionsFromEnv({ scopes: ['roles'] }, {}) }),
      ],
      [
        'values that are not URLs',
        () => LogtoModule.forRoot({ ...deployed, endpoint: 'changeme', baseUrl: 'changeme', appId: '' }),
      ],
      [
        'a session without its secret',
        () => LogtoModule.forRoot({ ...deployed, session: { secret: undefined as unknown as string } }),
      ],
      [
        'encryption without its keys',
        () => LogtoModule.forRoot(logtoOptionsFromEnv({ scopes: ['roles'], encryption: {} }, {})),
      ],
    ])('starts anyway: %s', async (_name, logto) => {
      const { http } = await start(logto());

      await http().get('/admin').set(signedInAs(ada)).expect(200);
      await http().get('/logto/sign-in').expect(302);
    });

    it('starts anyway when a factory returns no options', async () => {
      const { http } = await start(LogtoModule.forRootAsync({ useFactory: () => undefined as never }));

      await http().get('/account').set(signedInAs(ada)).expect(200);
    });

    it('treats an app with `api` as an API only, until `appId` is given', async () => {
      const own = { scopes: ['roles'], api: { audience: 'https://api.example.com' } };
      const logto = (): DynamicModule =>
        LogtoModule.forRootAsync({ useFactory: () => logtoOptionsFromEnv(own, {}) });

      const alone = await start(logto());
      const { body } = await alone.http().get('/account').set(signedInAs(ada)).expect(500);
      expect(body).toMatchObject({ code: 'session_not_configured' });
      const { http } = await start(logto(), { options: { appId: 'app', ...own } });
      await http().get('/account').set(signedInAs(ada)).expect(200);
    });

    it('does not call a factory when `options` are given', async () => {
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

      await expect(start(logto)).rejects.toThrow('LOGTO_ENDPOINT is not set');
      const { http } = await start(logto, { options: { scopes: ['roles'] } });
      await http().get('/admin').set(signedInAs(ada)).expect(200);
    });

    it('still reports options that are wrong in every deployment', async () => {
      const misspelt = { ...deployed, endpoint: '', scope: ['roles'] };

      await expect(start(LogtoModule.forRoot(misspelt))).rejects.toMatchObject({
        code: 'invalid_options',
        problems: [{ option: 'scope', remedy: expect.any(String) }],
      });
    });
  });

  describe('with the session of the app', () => {
    /** Records every call. */
    class RecordingStore extends session.Store {
      readonly calls: string[] = [];
      override get(id: string, callback: (error: unknown, found?: SessionData | null) => void): void {
        this.calls.push(`get ${id}`);
        callback(null, null);
      }
      override set(id: string, _session: SessionData, callback?: () => void): void {
        this.calls.push(`set ${id}`);
        callback?.();
      }
      override destroy(id: string, callback?: () => void): void {
        this.calls.push(`destroy ${id}`);
        callback?.();
      }
    }

    it('keeps sessions in memory, and does not use the configured store', async () => {
      const store = new RecordingStore();
      const options = { ...deployed, session: { secret: 'secret', store } };
      const agent = (await start(LogtoModule.forRoot(options))).agent();

      await agent.post('/cart').set(signedInAs(ada)).expect(201);
      await agent.get('/cart').set(signedInAs(ada)).expect(200, { cart: 'a book' });
      expect(store.calls).toEqual([]);
    });

    it('works without one when the app mounts its session in main.ts, which a test does not run', async () => {
      const { session: _session, ...rest } = deployed;
      const agent = (await start(LogtoModule.forRoot(rest))).agent();

      await agent.get('/account').set(signedInAs(ada)).expect(200);
      await agent.post('/cart').expect(201);
      await agent.get('/cart').expect(200, { cart: 'a book' });
    });

    it('uses the one that the test mounts as main.ts does, and stores no sign-in in it', async () => {
      const { session: _session, ...rest } = deployed;
      const store = new session.MemoryStore();
      const { http } = await start(LogtoModule.forRoot(rest), {}, (app) =>
        app.use(session({ secret: 'secret', name: 'shop', store, resave: false, saveUninitialized: true })),
      );

      const { headers } = await http().get('/account').set(signedInAs(ada)).expect(200);
      expect(headers['set-cookie']).toEqual([expect.stringMatching(/^shop=/)]);
      const stored = await new Promise((resolve) => store.all?.((_error, found) => resolve(found)));
      expect(JSON.stringify(stored)).not.toContain('ada');
    });

    it('still reports that two sessions are mounted', async () => {
      const { http } = await start(LogtoModule.forRoot(deployed), {}, (app) =>
        app.use(session({ secret: 'secret', resave: false, saveUninitialized: false })),
      );

      const { body } = await http().get('/account').set(signedInAs(ada)).expect(500);
      expect(body).toMatchObject({ code: 'session_configured_twice' });
    });
  });

  describe('with other services', () => {
    it("calls them with a token of the fake Logto, by the app's own `fetch`", async () => {
      const calls: Request[] = [];
      const own: typeof fetch = async (input, init) => {
        calls.push(new Request(input, init));
        return new Response('done');
      };
      const machineToMachine = { appId: 'machine', appSecret: 'the-secret-of-the-machine' };
      const { app } = await start(
        LogtoModule.forRoot({ ...deployed, machineToMachine, http: { fetch: own } }),
      );

      const response = await app
        .get(LogtoService)
        .fetch(undefined, `${resource}/orders`, { resource, as: 'machine' });

      expect(await response.text()).toBe('done');
      expect(calls.map(({ url }) => url)).toEqual([`${resource}/orders`]);
      expect(calls[0]?.headers.get('authorization')).toMatch(/^Bearer ey/);
    });

    it('calls neither Logto nor the lock', async () => {
      const fetched = jest.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network in tests'));
      const ownFetch = jest.fn<typeof fetch>().mockRejectedValue(new Error('no network in tests'));
      const run = jest.fn<() => Promise<never>>().mockRejectedValue(new Error('no Redis in tests'));
      const { http } = await start(
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

    it('issues machine-to-machine tokens', async () => {
      const { app } = await start(
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

    it('cannot finish a sign-in: the callback fails', async () => {
      const agent = (await start(LogtoModule.forRoot({ ...deployed, baseUrl: 'http://127.0.0.1' }))).agent();
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
