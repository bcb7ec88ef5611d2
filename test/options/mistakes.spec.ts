import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import {
  LogtoModule,
  LogtoOptionsException,
  type LogtoModuleOptions,
  type LogtoOptionsFactory,
} from 'nestjs-logto';
import { forRoot, problemsOf, validOptions } from '../support/app/options.js';

describe('The options of the module', () => {
  it.each<[string, object]>([
    ['all required options', {}],
    ['no appSecret, for a public client', { appSecret: undefined }],
    ['no session, when the app mounts its own', { session: undefined }],
    [
      'a cookie secret instead of both',
      { session: undefined, appSecret: undefined, cookieSecret: 'a secret' },
    ],
    ['http on this machine', { endpoint: 'http://localhost:3001', baseUrl: 'http://127.0.0.1:3000' }],
    [
      'http on this machine with IPv6',
      { endpoint: 'http://[::1]:3001', baseUrl: 'http://app.localhost:3000' },
    ],
    [
      'http on another machine with allowInsecureRequests',
      { endpoint: 'http://logto:3001', allowInsecureRequests: true },
    ],
    [
      'trailing slashes',
      { endpoint: 'https://tenant.logto.app//', baseUrl: 'https://app.example.com/shop/' },
    ],
    ['several session secrets', { session: { secret: ['new', 'old'] } }],
    ['a secure cookie over https', { session: { secret: 'a', cookie: { secure: true, sameSite: 'none' } } }],
    [
      'encryption keys to rotate',
      { encryption: { keys: ['a'.repeat(32), 'b'.repeat(32)], decryptOnly: true } },
    ],
    ['no revalidation', { revalidateAfter: false }],
    ['a prefix of several segments', { authRoutesPrefix: '/auth/logto/' }],
    [
      'bearer tokens only',
      {
        ...Object.fromEntries(Object.keys(validOptions).map((name) => [name, undefined])),
        endpoint: validOptions.endpoint,
        api: { audience: 'https://api' },
      },
    ],
  ])('accept %s', async (_, options) => {
    expect(await problemsOf(forRoot({ ...validOptions, ...options }))).toEqual({});
  });

  it.each<[string, unknown, RegExp]>([
    ['endpoint', undefined, /required.*Logto Console.*LOGTO_ENDPOINT with logtoOptionsFromEnv/],
    ['endpoint', '', /required/],
    ['endpoint', 'localhost:3001', /absolute http\(s\) URL.*"localhost:3001" starts with neither/],
    ['endpoint', 'ftp://tenant.logto.app', /absolute http\(s\) URL/],
    ['endpoint', 'https://tenant.logto.app?a=b', /must not have credentials, a query or a fragment/],
    ['endpoint', 'https://me:pass@tenant.logto.app', /must not have credentials, a query or a fragment/],
    ['endpoint', 'http://tenant.logto.app', /https:.*allowInsecureRequests/],
    ['endpoint', 'http://192.168.0.1', /https:.*allowInsecureRequests/],
    ['endpoint', 'https://tenant.logto.app/oidc/', /Leave out "\/oidc"/],
    ['endpoint', 'https://[tenant', /absolute http\(s\) URL.*"https:\/\/\[tenant" is not one/],
    ['endpoint', 'me:pass@tenant.logto.app', /^(?!.*pass).*absolute http\(s\) URL/],
    ['endpoint', 5, /must be a string, and is a number\. Use the endpoint/],
    ['endpoint', null, /must be a string, and is null/],
    ['appId', undefined, /required.*Logto Console.*LOGTO_APP_ID with logtoOptionsFromEnv/],
    ['appId', '', /Logto Console/],
    ['appSecret', '', /leave it out/],
    ['baseUrl', undefined, /required.*http:\/\/localhost:3000.*LOGTO_BASE_URL with logtoOptionsFromEnv/],
    ['baseUrl', 'localhost:3000', /"localhost:3000" starts with neither.*such as "http:\/\/localhost:3000"/],
    ['baseUrl', 'app.example.com', /absolute http\(s\) URL/],
    ['baseUrl', new URL('https://app.example.com'), /must be a string, and is an object/],
    ['baseUrl', 'https://app.example.com/#top', /must not have credentials, a query or a fragment/],
    ['baseUrl', 'http://app.example.com', /https:.*allowInsecureRequests/],
    ['cookieSecret', '', /long random string/],
    ['scopes', 'email', /list/],
    ['scopes.0', [''], /non-empty/],
    ['scopes.0', ['email phone'], /one scope.*\['email', 'phone'\]/],
    ['scopes.1', ['email', 'read:"things"'], /one scope/],
    ['resources', 'https://api', /list/],
    ['includeReservedScopes', 'yes', /true or false/],
    ['prompt', 'never', /"consent", "login", "none"/],
    ['prompt', ['none', 'login'], /cannot be combined/],
    ['prompt', [], /"consent", "login", "none"/],
    ['signInOptions.firstScreen', { firstScreen: 'signUp' }, /register/],
    ['signInOptions.identifiers.0', { identifiers: ['shoe'] }, /"email"|email/],
    [
      'signInOptions.directSignIn.method',
      { directSignIn: { method: 'google', target: 'x' } },
      /"social" or "sso"/,
    ],
    ['signInOptions.directSignIn', { directSignIn: 'social:google' }, /method.*target/],
    ['signInOptions.maxAge', { maxAge: -1 }, /number of seconds, 0 or greater/],
    ['signInOptions.acrValues', { acrValues: [] }, /urn:logto:acr:mfa/],
    ['signInOptions.acrValues', { acrValues: ' ' }, /urn:logto:acr:mfa/],
    ['signInOptions.acrValues', { acrValues: ['a"b'] }, /urn:logto:acr:mfa/],
    ['signInOptions.acrValues', { acrValues: 2 }, /urn:logto:acr:mfa/],
    ['signInOptions.theme', { theme: 'blue' }, /"light" or "dark"/],
    ['signInOptions.confirmRedirectPolicy', { confirmRedirectPolicy: '' }, /non-empty/],
    ['signInOptions.extraParams.a', { extraParams: { a: 1 } }, /string/],
    ['signInOptions.loginhint', { loginhint: 'ada' }, /spelling/],
    ...[
      ['response_mode', 'form_post', /callback.*query/],
      ['response_type', 'code id_token', /module/],
      ['redirect_uri', 'https://app.example.com/cb', /redirectUri.*signIn/],
      ['client_id', 'other', /`appId`/],
      ['client_secret', 'hush', /browser/],
      ['scope', 'email', /`scopes`/],
      ['resource', 'https://api', /`resources`/],
      ['prompt', 'login', /`prompt`/],
      ['max_age', '60', /`maxAge`/],
      ['acr_values', 'urn:logto:acr:mfa', /`acrValues`/],
      ['state', 'mine', /module/],
      ['nonce', 'mine', /module/],
      ['code_challenge', 'mine', /module/],
      ['code_challenge_method', 'plain', /module/],
      ['request_uri', 'urn:a', /module/],
    ].map(([name, value, remedy]): [string, unknown, RegExp] => [
      `signInOptions.extraParams.${String(name)}`,
      { extraParams: { [String(name)]: value } },
      remedy as RegExp,
    ]),
    ['postSignInRedirectUri', '/welcome', /absolute http\(s\) URL/],
    ['postSignOutRedirectUri', '', /absolute http\(s\) URL/],
    ['fetchUserInfo', 1, /true or false/],
    ['getAccessToken', 'yes', /true or false/],
    ['getOrganizationToken', null, /true or false/],
    ['resource', '', /resource indicator/],
    ['organizationId', 7, /the ID of an organization/],
    ['unauthenticated', 'throw', /"auto", "redirect" or "reject"/],
    ['session', 'a secret', /express-session options/],
    ['session', null, /express-session options/],
    ['session.secret', {}, /required.*long random string/],
    ['session.secret', { secret: '' }, /required/],
    ['session.secret', { secret: [] }, /required/],
    [
      'session.cookie.sameSite',
      { secret: 'a', cookie: { sameSite: 'strict' } },
      /nobody would be signed in.*"lax"/,
    ],
    [
      'session.cookie.sameSite',
      { secret: 'a', cookie: { sameSite: true } },
      /nobody would be signed in.*"lax"/,
    ],
    [
      'session.cookie.path',
      { secret: 'a', cookie: { path: '/app' } },
      /ignores requests outside this path.*"\/logto".*nobody/,
    ],
    ['http.internalEndpoint', { internalEndpoint: 'https://logto.internal/base' }, /must not have a path/],
    ['lifetime.absolute', { absolute: 0 }, /must be a number of seconds greater than 0/],
    ['lifetime.max', { max: 5 }, /spelling/],
    ['revalidateAfter', 0, /must be a number of seconds greater than 0, or false/],
    ['revalidateAfter', true, /must be a number of seconds greater than 0, or false/],
    ['userInfoTtl', -1, /number of seconds, 0 or greater/],
    ['management', { resource: 'https://acme.logto.app/api' }, /needs machineToMachine/],
    ['downstream', 'https://api.example.com', /list/],
    ['downstream.0', ['https://api.example.com/orders'], /without a path/],
    ['downstream.1', ['http://localhost:4000', 'http://orders:4000'], /https:.*allowInsecureRequests/],
    ['allowedOrigins', 'https://front.example.com', /list/],
    ['allowedOrigins.0', ['https://front.example.com/'], /without a path/],
    ['allowedOrigins.0', ['*'], /origin/],
    ['sessionClaims', 'name', /list of non-empty strings/],
    ['sessionClaims.1', ['sub', ''], /list of non-empty strings/],
    ['lock', { acquire: () => undefined }, /run\(key, fn\)/],
    ['encryption', ['a-key'], /\{ keys \}/],
    ['encryption.keys', {}, /required.*LOGTO_ENCRYPTION_KEYS with logtoOptionsFromEnv.*openssl rand/],
    ['encryption.keys', { keys: [] }, /required.*openssl rand/],
    ['encryption.keys', { keys: 'a'.repeat(32) }, /required: a list/],
    ['encryption.keys', { keys: ['a'.repeat(32), 'a'.repeat(32)] }, /same key twice/],
    [
      'encryption.keys.1',
      { keys: ['a'.repeat(32), 'b'.repeat(31)] },
      /^(?!.*bb).*at least 32 characters.*openssl rand/,
    ],
    ['encryption.keys.0', { keys: [' '.repeat(32)] }, /at least 32 characters/],
    ['encryption.decryptOnly', { keys: ['a'.repeat(32)], decryptOnly: 'yes' }, /true or false/],
    ['webhooks', true, /\{ signingKey \}.*Logto Console > Webhooks/],
    ['webhooks.signingKey', {}, /required.*Logto Console > Webhooks.*LOGTO_WEBHOOK_SIGNING_KEY/],
    ['webhooks.signingKey', { signingKey: '' }, /required/],
    ['webhooks.signingKey', { signingKey: '  ' }, /blank/],
    ['webhooks.signingKey', { signingKey: 'a-key\n' }, /end with spaces or line breaks/],
    ['webhooks.signingKey', { signingKey: [] }, /required.*list is empty/],
    ['webhooks.signingKey.1', { signingKey: ['a-key', ''] }, /required/],
    ['webhooks.path', { signingKey: 'a-key', path: 'hooks/:id' }, /letters, digits.*"logto\/webhooks"/],
    ['webhooks.endSessions', { signingKey: 'a-key', endSessions: 'no' }, /true or false/],
    ['machineToMachine.appSecret', { appId: 'm2m' }, /machine-to-machine/],
    ['machineToMachine', 'm2m', /appId, appSecret/],
    ['http.timeout', { timeout: 0 }, /milliseconds/],
    ['http.clockTolerance', { clockTolerance: -1 }, /seconds/],
    ['http.fetch', { fetch: 'node-fetch' }, /function/],
    ['http.internalEndpoint', { internalEndpoint: 'logto:3001' }, /absolute http\(s\) URL/],
    ['http.internalEndpoint', { internalEndpoint: 'http://logto:3001' }, /allowInsecureRequests/],
    ['api.audience', {}, /API resource/],
    ['api.audience', { audience: [] }, /at least one/],
    ['api', null, /audience|object/],
    ['api.cache', { audience: 'a', cache: true }, /max/],
    ['api.metadata', { audience: 'https://a', metadata: 'Things' }, /true or \{ resourceName, doc/],
    ['api.metadata.name', { audience: 'https://a', metadata: { name: 'A' } }, /not an option/],
    ['api.metadata.tosUri', { audience: 'https://a', metadata: { tosUri: 'terms' } }, /http\(s\) URL/],
    ['api.metadata', { audience: 'urn:a', metadata: true }, /`api\.audience` that is an http\(s\) URL/],
    ['api.introspection.clientIds', { audience: 'a', introspection: { clientIds: [] } }, /at least one/],
    ['allowInsecureRequests', 'true', /true or false/],
    ['authRoutesPrefix', '', /path/],
    ['authRoutesPrefix', '../x', /path/],
    ['authRoutesPrefix', 'a b', /path/],
    ['authRoutesPrefix', ':tenant', /path/],
    ['tenant', 'acme', /not an option.*spelling/],
    ['app_id', 'app', /Did you mean `appId`/],
    ['baseURL', 'https://app.example.com', /Did you mean `baseUrl`/],
  ])('reject %s: %j', async (option, value, remedy) => {
    const [name = ''] = option.split('.');

    const problems = await problemsOf(forRoot({ ...validOptions, [name]: value }));

    expect(Object.keys(problems)).toEqual([option]);
    expect(problems[option]).toMatch(remedy);
  });

  it.each([
    'signInOptions',
    'lifetime',
    'http',
    'api',
    'machineToMachine',
    'webhooks',
    'encryption',
    'session',
    'lock',
    'allowedOrigins',
    'sessionClaims',
    'management',
    'downstream',
  ])('reject a %s of the wrong type', async (option) => {
    for (const value of [5, 'yes', true]) {
      const problems = await problemsOf(forRoot({ ...validOptions, [option]: value }));
      expect(Object.keys(problems)).toEqual([option]);
      // The message is not that of the validation library.
      expect(problems[option]).not.toMatch(/Invalid input|received/);
    }
  });

  it('reject a resource of the Management API that is not a URL', async () => {
    const machineToMachine = { appId: 'machine', appSecret: 'the-secret-of-the-machine' };
    const problems = await problemsOf(
      forRoot({ ...validOptions, machineToMachine, management: { resource: 'acme' } }),
    );

    expect(problems).toEqual({
      'management.resource': expect.stringMatching(/API identifier.*https:\/\/<tenant>.logto.app\/api/),
    });
  });

  it('reject a secure cookie over http, which browsers would not store', async () => {
    const options = {
      ...validOptions,
      baseUrl: 'http://localhost:3000',
      session: { secret: 'a', cookie: { secure: true } },
    };

    expect(await problemsOf(forRoot(options))).toEqual({
      'session.cookie.secure': expect.stringMatching(/over http/),
    });
  });

  it('require a secret to seal the sign-in cookies', async () => {
    const options = { ...validOptions, appSecret: undefined, session: undefined };

    expect(await problemsOf(forRoot(options))).toEqual({
      cookieSecret: expect.stringMatching(/required.*session: \{ secret \}.*appSecret/),
    });
  });

  it('require the scope openid', async () => {
    const options = { ...validOptions, includeReservedScopes: false, scopes: ['email'] };

    expect(await problemsOf(forRoot(options))).toEqual({ scopes: expect.stringMatching(/`openid`/) });
  });

  it('require an application for introspection', async () => {
    const api = { audience: 'https://api', introspection: { clientIds: ['a'] } };

    expect(await problemsOf(forRoot({ endpoint: validOptions.endpoint, api }))).toEqual({
      'api.introspection': expect.stringMatching(/appId and appSecret/),
    });
  });

  it('are checked as a whole: one message lists every problem with its remedy', async () => {
    const options = {
      endpoint: 'tenant',
      appid: 'x',
      baseUrl: 'http://example.com',
      scopes: 'email',
      session: {},
    };
    const building = Test.createTestingModule({ imports: [forRoot(options)] }).compile();

    await expect(building).rejects.toThrow(LogtoOptionsException);
    const error = (await building.catch((thrown: unknown) => thrown)) as LogtoOptionsException;
    expect(error.problems.map(({ option }) => option).toSorted()).toEqual(
      ['appId', 'appid', 'baseUrl', 'endpoint', 'scopes', 'session.secret'].toSorted(),
    );
    for (const { option, remedy } of error.problems)
      expect(error.message).toContain(`\n  - ${option}: ${remedy}`);
    // As Nest prints it when the app does not start: every problem once, and no more.
    expect(inspect(error)).toBe(`LogtoOptionsException: ${error.message}`);
  });

  it('are required: forRoot without options lists them by name', async () => {
    expect(Object.keys(await problemsOf(forRoot(undefined))).toSorted()).toEqual([
      'appId',
      'baseUrl',
      'cookieSecret',
      'endpoint',
    ]);
  });

  it.each([undefined, null])('are required from a factory too: it cannot return %s', async (nothing) => {
    class Factory implements LogtoOptionsFactory {
      createLogtoOptions = (): LogtoModuleOptions => nothing as never;
    }
    for (const how of [{ useFactory: () => nothing as never }, { useClass: Factory }]) {
      expect(await problemsOf(LogtoModule.forRootAsync(how))).toEqual({
        options: expect.stringMatching(/`useFactory` \(or `createLogtoOptions`\) returned nothing/),
      });
    }
  });

  it('do not include the extras of the module, which a factory cannot return', async () => {
    const module = LogtoModule.forRootAsync({
      useFactory: () => ({ ...validOptions, authRoutesPrefix: 'auth' }),
    });

    expect(await problemsOf(module)).toEqual({
      authRoutesPrefix: expect.stringMatching(/next to `useFactory`/),
    });
  });

  it('never appear in the error when they are secrets', async () => {
    const secrets = { appSecret: 'the-wrong-app-secret-1', cookieSecret: 'the-wrong-cookie-secret-2' };
    const building = Test.createTestingModule({
      imports: [
        forRoot({
          ...secrets,
          session: { secret: 'the-wrong-session-secret-3' },
          machineToMachine: 'the-wrong-m2m-secret-4',
        }),
      ],
    }).compile();

    const error = (await building.catch((thrown: unknown) => thrown)) as Error;
    expect(`${error.stack} ${inspect(error, { depth: 9 })}`).not.toMatch(/the-wrong-/);
  });
});
