import { randomInt } from 'node:crypto';
import { createServer } from 'node:http';
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

/** What an app of the specs is made of. */
export interface TestAppParts {
  /** Where users sign in. */
  issuer: Pick<LogtoEmulator, 'endpoint'>;
  controllers?: Type[];
  providers?: ModuleMetadata['providers'];
  imports?: ModuleMetadata['imports'];
  /** Options and extras of the module, over those of the specs. */
  logto?: Partial<LogtoModuleOptions & LogtoModuleExtras>;
  /** How the module is registered. Default: `LogtoModule.forRoot`. */
  register?: (options: LogtoModuleOptions & LogtoModuleExtras) => DynamicModule;
  /** What an app does in main.ts, before it listens. */
  configure?: (app: NestExpressApplication) => void;
  port?: number;
  /** The app that this one is another instance of: browsers know both by the first one's address. */
  instanceOf?: Pick<TestApp, 'baseUrl'>;
  /** Options of Nest's own. */
  applicationOptions?: NestApplicationOptions;
  /** How the app is made from its module. Default: by a testing module, as a user's end-to-end tests do. */
  create?: (module: Type, options: NestApplicationOptions) => Promise<NestExpressApplication>;
}

/** Makes the app as main.ts does. */
export const asInMain: NonNullable<TestAppParts['create']> = (module, options) =>
  NestFactory.create<NestExpressApplication>(module, { ...options, abortOnError: false });

/** Makes the app as a user's end-to-end tests do. */
export const asInTests: NonNullable<TestAppParts['create']> = async (module, options) =>
  (await Test.createTestingModule({ imports: [module] }).compile()).createNestApplication(options);

/** A running Nest application that signs in through the issuer. */
export interface TestApp {
  readonly baseUrl: string;
  readonly app: NestExpressApplication;
  readonly logto: LogtoService;
  /** A browser with no cookies that has this app open. */
  browser(): Browser;
  /** A new browser in which a user has signed in. Default: ada. */
  signedInBrowser(issuer: LogtoEmulator, username?: string): Promise<Browser>;
  close(): Promise<void>;
}

/** The session options of the specs. */
export const session = { secret: 'the-session-secret-of-the-specs' } as const;

/** Options of the module as the specs use them. */
export function logtoOptions(endpoint: string, baseUrl: string): LogtoModuleOptions {
  return { endpoint, appId: application.id, appSecret: application.secret, baseUrl, session };
}

/** Starts a real Nest app on a port of its own. */
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
  leaks.options(options);
  // By the name of the moment, as an app without the option calls it.
  const listening = leaks.listening(options.http?.fetch ?? ((...call) => fetch(...call)));

  @Module({
    imports: [register({ ...options, http: { ...options.http, fetch: listening } }), ...imports],
    controllers,
    providers,
  })
  class AppModule {}

  const app = await create(AppModule, { logger: leaks, ...applicationOptions });
  const close = leftovers.ends(() => app.close());
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

/** How many ports a process picks from, and how many processes have ports of their own. */
const [portsOfProcess, processes] = [2000, 10];

/**
 * A port that nothing listens on. Each worker has its own, below those that the system gives out, so that neither another
 * worker nor a connection takes it before the app listens.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer();
    const port = 12_000 + (process.pid % processes) * portsOfProcess + randomInt(portsOfProcess);
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
