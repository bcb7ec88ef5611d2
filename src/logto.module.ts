import {
  Inject,
  Logger,
  Module,
  RequestMethod,
  type DynamicModule,
  type HttpServer,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { Application, Request, Response } from 'express';
import { FreshClaimsGuard } from './guard/fresh-claims.guard.js';
import { LogtoExceptionFilter } from './guard/denial/logto-exception.filter.js';
import { assertOneCopy } from './bootstrap/assert-one-copy.js';
import { importedWithoutOptions, isWithoutOptions } from './bootstrap/imported-without-options.js';
import { LogtoSetupException } from './logto.exceptions.js';
import {
  ConfigurableModuleClass,
  LOGTO_EXTRAS,
  LOGTO_OPTIONS,
  MODULE_OPTIONS_TOKEN,
} from './logto.module-definition.js';
import { concealed } from './options/concealed.js';
import type { ResolvedLogtoOptions } from './options/resolved-logto-options.js';
import type {
  LogtoModuleAsyncOptions,
  LogtoModuleExtras,
  LogtoModuleOptions,
} from './options/logto-module-options.js';
import { logtoExports, logtoProviders } from './logto.providers.js';
import { markCopy, warnOfOtherCopies } from './nest/package-copy.js';
import { authControllerAt, authRoutePaths } from './routes/auth.controller.js';
import { LogoutForms } from './routes/logout-forms.js';
import { BasePath } from './session/base-path.js';
import { SessionMount } from './session/session-mount.js';
import { makesHiddenClasses, spareHiddenClasses } from './spare-hidden-classes.js';
import { servesBeyondHttp } from './user/beyond-http.js';
import { HandlerContext } from './user/handler-context.js';
import { isPreceded } from './user/is-preceded.js';
import { LogtoInterceptor } from './user/logto.interceptor.js';
import { defineUserAccessor } from './user/user-accessor.js';
import { defineSessionContext } from './user/user-context-of.js';
import { UserContextResolver } from './user/user-context-resolver.js';
import { asksForMore } from './user/with-logto.options.js';

/**
 * Sign-in with Logto. Import it once, in the app's root module:
 *
 * ```ts
 * @Module({ imports: [LogtoModule.forRoot({ endpoint, appId, appSecret, baseUrl, session: { secret } })] })
 * export class AppModule {}
 * ```
 */
@markCopy
@Module({
  providers: [...logtoProviders, { provide: LOGTO_EXTRAS, useValue: {} }, importedWithoutOptions],
  exports: logtoExports,
})
export class LogtoModule extends ConfigurableModuleClass implements NestModule {
  private readonly logger = new Logger(LogtoModule.name);
  private mountedOn: HttpServer | undefined;

  constructor(
    @Inject(LOGTO_OPTIONS) private readonly options: ResolvedLogtoOptions,
    private readonly adapterHost: HttpAdapterHost,
    private readonly applicationConfig: ApplicationConfig,
    private readonly modules: ModulesContainer,
    private readonly resolver: UserContextResolver,
    filter: LogtoExceptionFilter,
    private readonly sessionMount: SessionMount,
    private readonly context: HandlerContext,
    private readonly logoutForms: LogoutForms,
    private readonly freshClaims: FreshClaimsGuard,
    private readonly basePath: BasePath,
  ) {
    super();
    // Here, so that Nest reports it as it creates the app, in a line instead of an unhandled rejection.
    assertOneCopy(modules);
    this.assertOnlyModule();
    // An application context has no adapter, and a testing module has none until the test creates its app.
    if (adapterHost.httpAdapter as HttpServer | undefined) this.expressApplication();
    // As soon as there is one, so that the session stands in front of everything that main.ts mounts.
    adapterHost.init$.subscribe(() => this.mount());
    // The last that Nest asks, so that every filter of the app goes before it, by APP_FILTER too. Added here, since
    // a connected microservice takes the filters that there are before `configure()` runs.
    applicationConfig.getGlobalFilters().unshift(filter);
    // Here, since gateways take the global interceptors that there are before `configure()` runs.
    if (asksForMore(options.context) || servesBeyondHttp(modules)) this.interceptEverything();
  }

  /**
   * Registers the module with its options.
   * @param options the application at Logto, this app's address and its session; and the module's extras
   * (`global`, `authRoutesPrefix`, `authRoutes`, `authRoutesDecorators`)
   * @throws LogtoOptionsException at start, with every mistake in the options at once
   */
  static override forRoot(options: LogtoModuleOptions & LogtoModuleExtras): DynamicModule {
    warnOfOtherCopies();
    const bearerOnly = options?.api !== undefined && options.baseUrl === undefined;
    return withRoutes(super.forRoot(options ?? {}), {
      ...options,
      authRoutes: options?.authRoutes ?? !bearerOnly,
    });
  }

  /**
   * Registers the module with options that a factory, a class or an existing provider makes. The extras stand
   * beside `useFactory`: they shape the module itself.
   *
   * ```ts
   * LogtoModule.forRootAsync({
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => config.getOrThrow<LogtoModuleOptions>('logto'),
   * })
   * ```
   * @throws LogtoOptionsException at start, with every mistake in the options at once
   */
  static override forRootAsync(options: LogtoModuleAsyncOptions): DynamicModule {
    warnOfOtherCopies();
    return withRoutes(super.forRootAsync(options), options);
  }

  /** What can only be done once every module of the app is there. */
  configure(_consumer: MiddlewareConsumer): void {
    // Nest has not made this module: its options are request-scoped, which `OptionsScope` refuses.
    if (!(this.options as ResolvedLogtoOptions | undefined)) return;
    this.expressApplication();
    for (const remark of [...this.options.remarks, ...this.sessionMount.remarks]) this.logger.warn(remark);
    // A second app of the same testing module has an adapter of its own.
    this.mount();
    if (this.options.client) this.freshClaims.register();
    this.markHandledRequests();
    if (isPreceded(this.modules, this.applicationConfig)) this.interceptEverything();
    this.excludeRoutesFromGlobalPrefix();
  }

  /**
   * Mounts the session and lets requests tell their user, in front of what main.ts mounts, of every middleware of the
   * app's modules and of all guards.
   */
  private mount(): void {
    const adapter = this.adapterHost.httpAdapter as HttpServer | undefined;
    if (adapter?.getType() !== 'express' || adapter === this.mountedOn) return;
    this.mountedOn = adapter;
    if (makesHiddenClasses) adapter.use(spareHiddenClasses);
    this.logoutForms.mountOn(adapter);
    if (this.sessionMount.handler) adapter.use(this.sessionMount.handler);
    const { request } = this.expressApplication();
    defineUserAccessor(request, this.resolver);
    defineSessionContext(request, (one) => this.resolver.known(one));
  }

  private assertOnlyModule(): void {
    const registered = [...this.modules.values()].filter(
      (module) =>
        (module.metatype === LogtoModule || module.metatype.prototype instanceof LogtoModule) &&
        !isWithoutOptions(module),
    );
    if (registered.length === 1) return;
    throw new LogtoSetupException(
      'module_registered_twice',
      'LogtoModule is registered more than once. Call LogtoModule.forRoot or forRootAsync once, in the root module: ' +
        'it is global, so every other module sees LogtoService and the guards without importing it.',
    );
  }

  private expressApplication(): Application & { request: Request } {
    const { httpAdapter } = this.adapterHost;
    if (httpAdapter.getType() === 'express')
      return httpAdapter.getInstance<Application & { request: Request }>();
    throw new LogtoSetupException(
      'adapter_not_supported',
      `LogtoModule needs @nestjs/platform-express, the app runs on "${httpAdapter.getType()}".`,
    );
  }

  /**
   * The first interceptor of every handler. Requests for which nothing is fetched are spared it where nobody can tell:
   * an interceptor costs a fifth of a small request.
   */
  private interceptEverything(): void {
    const interceptors = this.applicationConfig.getGlobalInterceptors();
    if (!interceptors.some((one) => one instanceof LogtoInterceptor))
      interceptors.unshift(new LogtoInterceptor(this.context));
  }

  /** Nest sets the status of the answer once every guard has let a request pass, before anything of its handler. */
  private markHandledRequests(): void {
    const adapter = this.adapterHost.httpAdapter;
    const status = adapter.status.bind(adapter);
    adapter.status = (response: Response, code: number) => {
      this.resolver.markHandled(response.req);
      return status(response, code);
    };
  }

  /** The registered redirect URI, the real route and the links have to agree, whatever prefix the app has. */
  private excludeRoutesFromGlobalPrefix(): void {
    if (this.basePath.endsWithGlobalPrefix(this.expressApplication())) return;
    const options = this.applicationConfig.getGlobalPrefixOptions();
    const own = authRoutePaths.map((route) => {
      const path = `/${this.options.authRoutesPrefix}/${route}`;
      return { path, requestMethod: RequestMethod.ALL, pathRegex: new RegExp(`^${path}/?$`, 'i') };
    });
    this.applicationConfig.setGlobalPrefixOptions({
      ...options,
      exclude: [...(options.exclude ?? []), ...own],
    });
  }
}

function withRoutes(definition: DynamicModule, extras: LogtoModuleExtras): DynamicModule {
  const providers = definition.providers?.map((provider) => {
    if (!('provide' in provider) || provider.provide !== MODULE_OPTIONS_TOKEN) return provider;
    // Nest keeps the options in its container, where an inspection of the app would show their secrets.
    if ('useValue' in provider)
      return { ...provider, useValue: concealed(provider.useValue as LogtoModuleOptions) };
    if (!('useFactory' in provider)) return provider;
    return {
      ...provider,
      useFactory: async (...parts: unknown[]) => {
        const made: unknown = await provider.useFactory(...parts);
        // What is none is left for the report of all mistakes.
        return typeof made === 'object' && made !== null ? concealed(made) : made;
      },
    };
  });
  return {
    ...definition,
    ...(providers && { providers }),
    controllers: extras.authRoutes === false ? [] : [authControllerAt(extras)],
  };
}
