import { Logger, Module, type DynamicModule, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { assertOneCopy } from './bootstrap/assert-one-copy.js';
import { assertOnlyModule } from './bootstrap/assert-only-module.js';
import { ExpressMount } from './bootstrap/express-mount.js';
import { GlobalPrefix } from './bootstrap/global-prefix.js';
import { LogtoExceptionFilter } from './guard/denial/logto-exception.filter.js';
import { FreshClaimsGuard } from './guard/fresh-claims.guard.js';
import { ConfigurableModuleClass, LOGTO_EXTRAS } from './logto.module-definition.js';
import { logtoExports, logtoProviders } from './logto.providers.js';
import { markCopy, warnOfOtherCopies } from './nest/package-copy.js';
import type {
  LogtoModuleAsyncOptions,
  LogtoModuleExtras,
  LogtoModuleOptions,
} from './options/logto-module-options.js';
import { ResolvedLogtoOptions } from './options/resolved-logto-options.js';
import { SessionMount } from './session/session-mount.js';
import { LogtoInterceptor } from './user/logto.interceptor.js';

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
  providers: [...logtoProviders, { provide: LOGTO_EXTRAS, useValue: {} }],
  exports: logtoExports,
})
export class LogtoModule extends ConfigurableModuleClass implements NestModule {
  private readonly logger = new Logger(LogtoModule.name);

  constructor(
    modules: ModulesContainer,
    applicationConfig: ApplicationConfig,
    interceptor: LogtoInterceptor,
    filter: LogtoExceptionFilter,
    private readonly options: ResolvedLogtoOptions,
    private readonly sessionMount: SessionMount,
    private readonly expressMount: ExpressMount,
    private readonly globalPrefix: GlobalPrefix,
    private readonly freshClaims: FreshClaimsGuard,
  ) {
    super();
    // Errors of a constructor end the start with one line of log, those of `configure()` are unhandled rejections.
    assertOneCopy(modules);
    assertOnlyModule(modules, LogtoModule);
    expressMount.mountEarly();
    // Before anything of the app is registered: Nest calls interceptors in this order, and filters in the reverse, so
    // the app's own filters win. A microservice that is connected later takes what is registered by then.
    applicationConfig.addGlobalInterceptor(interceptor);
    applicationConfig.addGlobalFilter(filter);
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
    return super.forRoot(bearerOnly ? { authRoutes: false, ...options } : (options ?? {}));
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
    return super.forRootAsync(options);
  }

  /** Does what needs every module of the app and the settings of main.ts. */
  configure(_consumer: MiddlewareConsumer): void {
    // With request-scoped options, which `OptionsScope` refuses, Nest makes this module for each request.
    if (!(this.options as ResolvedLogtoOptions | undefined)) return;
    const app = this.expressMount.application();
    for (const remark of [...this.options.remarks, ...this.sessionMount.remarks]) this.logger.warn(remark);
    this.expressMount.mount();
    if (this.options.client) this.freshClaims.register();
    this.globalPrefix.excludeAuthRoutes(app);
  }
}
