import { Logger, Module, type DynamicModule, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { ApplicationConfig, DiscoveryModule, ModulesContainer } from '@nestjs/core';
import { assertOneCopy } from './bootstrap/assert-one-copy.js';
import { assertRegisteredOnce } from './bootstrap/assert-registered-once.js';
import { ExpressMount } from './bootstrap/express-mount.js';
import { GlobalPrefixExclusion } from './bootstrap/global-prefix-exclusion.js';
import { LogtoExceptionFilter } from './guard/logto-exception.filter.js';
import { FreshClaimsGuard } from './guard/fresh-claims.guard.js';
import { ConfigurableModuleClass, LOGTO_EXTRAS } from './logto.module-definition.js';
import { logtoExports } from './logto.exports.js';
import { logtoProviders } from './logto.providers.js';
import { markCopy, warnAboutOtherCopies } from './nest/package-copy.js';
import type {
  LogtoModuleAsyncOptions,
  LogtoModuleExtras,
  LogtoModuleOptions,
} from './options/logto-module-options.js';
import { isBearerOnly } from './options/resolve/is-bearer-only.js';
import { resolveExtras } from './options/resolve/resolve-extras.js';
import { ResolvedLogtoOptions } from './options/resolved-logto-options.js';
import { SessionMount } from './session/session-mount.js';
import { LogtoInterceptor } from './user/logto.interceptor.js';

/**
 * The module for sign-in with Logto. Import it once, in the root module of your app:
 *
 * ```ts
 * @Module({ imports: [LogtoModule.forRoot({ endpoint, appId, appSecret, baseUrl, session: { secret } })] })
 * export class AppModule {}
 * ```
 */
@markCopy
@Module({
  imports: [DiscoveryModule],
  providers: [...logtoProviders, { provide: LOGTO_EXTRAS, useValue: resolveExtras() }],
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
    private readonly globalPrefixExclusion: GlobalPrefixExclusion,
    private readonly freshClaims: FreshClaimsGuard,
  ) {
    super();
    // Here and not in `configure()`, whose errors become unhandled rejections.
    assertOneCopy(modules);
    assertRegisteredOnce(modules, LogtoModule);
    expressMount.mountEarly();
    // Before the app registers its own: Nest calls interceptors in this order, and filters in reverse order, so that the
    // app's filters win. A microservice gets what is registered before it is connected.
    applicationConfig.addGlobalInterceptor(interceptor);
    applicationConfig.addGlobalFilter(filter);
  }

  /**
   * Registers the module with its options.
   * @param options the options, and the module's extras (`global`, `authRoutesPrefix`, `authRoutes`,
   * `authRoutesDecorators`)
   * @throws LogtoOptionsException at startup, with all mistakes in the options
   */
  static override forRoot(options: LogtoModuleOptions & LogtoModuleExtras): DynamicModule {
    warnAboutOtherCopies();
    const given = options ?? {};
    return super.forRoot(isBearerOnly(given) ? { authRoutes: false, ...given } : given);
  }

  /**
   * Registers the module with options from a factory, a class or an existing provider. Pass the module's extras next to
   * `useFactory`.
   *
   * ```ts
   * LogtoModule.forRootAsync({
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => config.getOrThrow<LogtoModuleOptions>('logto'),
   * })
   * ```
   * @throws LogtoOptionsException at startup, with all mistakes in the options
   */
  static override forRootAsync(options: LogtoModuleAsyncOptions): DynamicModule {
    warnAboutOtherCopies();
    return super.forRootAsync(options);
  }

  /** Finishes the setup, when all modules exist and main.ts has configured the app. */
  configure(_consumer: MiddlewareConsumer): void {
    // Request-scoped options are `undefined` here. `OptionsScopeCheck` rejects them.
    if (!(this.options as ResolvedLogtoOptions | undefined)) return;
    const app = this.expressMount.application();
    for (const warning of [...this.options.warnings, ...this.sessionMount.warnings])
      this.logger.warn(warning);
    this.expressMount.mount();
    if (this.options.client) this.freshClaims.register();
    this.globalPrefixExclusion.excludeRoutes(app);
  }
}
