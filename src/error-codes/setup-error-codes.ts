/**
 * Mistakes in how the app uses this library. Most of them stop the app when it starts.
 */
export const setupErrorCodes = [
  /**
   * The options are missing or wrong. The message lists every mistake. During a request: an argument of a method of
   * `LogtoService` is wrong.
   * @status startup, 500
   * @remedy Fix each option as the message says. All of them are in [Options](docs/reference/options.md).
   */
  'invalid_options',
  /**
   * `LogtoModule` is registered more than once.
   * @status startup
   * @remedy Call `LogtoModule.forRoot` or `forRootAsync` once, in the root module. Other modules need no import, because
   * the module is global.
   */
  'module_registered_twice',
  /**
   * A guard or `@AuthUser()` is used in an app without `LogtoModule`.
   * @status startup, 500
   * @remedy Import `LogtoModule.forRoot` in the root module, or `LogtoTestingModule.forRoot` in a
   * [test](docs/how-to/testing.md). With `global: false`, import the module that exports it.
   */
  'module_missing',
  /**
   * The app uses two copies of this package, which cannot work together. The message has both paths.
   * @status startup, 500
   * @remedy Make all packages use the same copy: `npm ls nestjs-logto` lists the copies, `npm dedupe` merges them.
   */
  'package_loaded_twice',
  /**
   * No guard of this library enforces a `@Require…` decorator, so anyone would get access. The message lists the handlers.
   * @status startup
   * @remedy Add `@UseGuards(LogtoGuard)`, or `{ provide: APP_GUARD, useClass: LogtoGuard }` for the whole app. If your own
   * guard enforces the requirements, set `allowUnenforcedRequirements`.
   */
  'authorization_not_enforced',
  /**
   * The app does not run on Express, and the options are for more than bearer tokens.
   * @status startup
   * @remedy Use `@nestjs/platform-express`. On Fastify, set `endpoint` and `api` without `baseUrl`, `session` and
   * `webhooks`; with `forRootAsync` also `authRoutes: false`.
   */
  'adapter_not_supported',
  /**
   * The feature needs an application in Logto, and the options have none.
   * @status 500
   * @remedy Set `appId` and the options that the message names.
   */
  'application_not_configured',
  /**
   * Client credentials and `LogtoManagementModule` need a machine-to-machine application.
   * @status startup, 500
   * @remedy Create one in Logto Console > Applications, and set `machineToMachine`.
   */
  'machine_to_machine_not_configured',
  /**
   * `LogtoService.fetch` does not send the access token to this URL, because its origin is not that of the resource.
   * @status 500
   * @remedy If that server may have the token, add its origin to [`downstream`](docs/reference/options.md#downstream).
   */
  'downstream_not_allowed',
  /**
   * A route accepts bearer tokens, and the options do not say which audience the tokens must have.
   * @status 500
   * @remedy Set `api: { audience }`.
   */
  'api_not_configured',
  /**
   * A guard or `LogtoService.signedOut` cannot read a request of this transport.
   * @status 403, 500
   * @remedy In a `ws` gateway, call `LogtoService.bindHandshake(client, request)` in `handleConnection`. On a transport
   * without an HTTP request, such as a message queue, use a guard of your own.
   */
  'context_not_supported',
] as const;
