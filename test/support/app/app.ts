import {
  Module,
  type DynamicModule,
  type ModuleMetadata,
  type NestApplicationOptions,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { LogtoModule, LogtoService, type LogtoModuleExtras, type LogtoModuleOptions } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { Browser } from '../requests/browser.js';
import { application } from '../logto/issuer.js';
import { leaks } from '../runner/leaks.js';
import { leftovers } from '../runner/leftovers.js';
import { freePort } from './free-port.js';

/** The parts of an app under test. */
export interface TestAppParts {
  /** The Logto of the app. */
  issuer: Pick<LogtoEmulator, 'endpoint'>;
  controllers?: Type[];
  providers?: ModuleMetadata['providers'];
  imports?: ModuleMetadata['imports'];
  /** Options and extras of the module. They override {@link logtoOptions}. */
  logto?: Partial<LogtoModuleOptions & LogtoModuleExtras>;
  /** How the module is registered. Default: `LogtoModule.forRoot`. */
  register?: (options: LogtoModuleOptions & LogtoModuleExtras) => DynamicModule;
  /** Configures the app before it listens, as main.ts does. */
  configure?: (app: NestExpressApplication) => void;
  port?: number;
  /** The first instance, if this is another one of the same app. Browsers use the address of the first one. */
  instanceOf?: Pick<TestApp, 'baseUrl'>;
  /** The options of Nest. */
  applicationOptions?: NestApplicationOptions;
  /** Creates the app from its module. Default: {@link asInTests}. */
  create?: (module: Type, options: NestApplicationOptions) => Promise<NestExpressApplication>;
}

/** Creates the app as main.ts does. */
export const asInMain: NonNullable<TestAppParts['create']> = (module, options) =>
  NestFactory.create<NestExpressApplication>(module, { ...options, abortOnError: false });

/** Creates the app as a user's end-to-end tests do. */
export const asInTests: NonNullable<TestAppParts['create']> = async (module, options) =>
  (await Test.createTestingModule({ imports: [module] }).compile()).createNestApplication(options);

/** A running Nest application that signs in through the issuer. */
export interface TestApp {
  readonly baseUrl: string;
  readonly app: NestExpressApplication;
  readonly logto: LogtoService;
  /** A new browser without cookies. */
  browser(): Browser;
  /** A new browser in which a user has signed in. @param username default: ada */
  signedInBrowser(issuer: LogtoEmulator, username?: string): Promise<Browser>;
  close(): Promise<void>;
}

/** The session options of the specs. */
export const session = { secret: 'the-session-secret-of-the-specs' } as const;

/** The options of the module in the specs. */
export function logtoOptions(endpoint: string, baseUrl: string): LogtoModuleOptions {
  return { endpoint, appId: application.id, appSecret: application.secret, baseUrl, session };
}

/** Starts a Nest app on a free port. */
export async function startApp({
  issuer,
  controllers = [],
  providers = [],
  imports = [],
  logto = {},
  register = (options) => LogtoModule.forRoot(options),
  configure,
  port,
  instanceOf,
  applicationOptions,
  create = asInTests,
}: TestAppParts): Promise<TestApp> {
  const listenOn = port ?? (await freePort());
  const baseUrl = `http://localhost:${listenOn}`;

  const options = { ...logtoOptions(issuer.endpoint, instanceOf?.baseUrl ?? baseUrl), ...logto };
  leaks.addOptions(options);
  // Looks up `fetch` at each call, as the module does, for specs that replace the global one.
  const watchedFetch = leaks.watchFetch(options.http?.fetch ?? ((...call) => fetch(...call)));

  @Module({
    imports: [register({ ...options, http: { ...options.http, fetch: watchedFetch } }), ...imports],
    controllers,
    providers,
  })
  class AppModule {}

  const app = await create(AppModule, { logger: leaks, ...applicationOptions });
  const close = leftovers.add(() => app.close());
  configure?.(app);
  await app.listen(listenOn);
  return {
    baseUrl,
    app,
    logto: app.get(LogtoService),
    browser: () => new Browser(baseUrl),
    async signedInBrowser(at, username) {
      const browser = new Browser(baseUrl);
      await browser.signIn(at, username);
      return browser;
    },
    close,
  };
}
