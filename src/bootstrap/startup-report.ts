import { Injectable, Logger, type HttpServer, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { Application } from 'express';
import { hasGetRoute } from '../nest/http/has-get-route.js';
import { signInCallbackUri } from '../request/sign-in-callback-uri.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { BasePath } from '../request/base-path.js';
import { SessionMount } from '../session/session-mount.js';
import { mountsExpressSessionAnywhere } from '../nest/http/mounts-express-session.js';

/** Logs at startup which URLs you have to register at Logto, and warns if the app's setup does not match them. */
@Injectable()
export class StartupReport implements OnApplicationBootstrap {
  private readonly logger = new Logger('LogtoModule');

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly adapterHost: HttpAdapterHost,
    private readonly modules: ModulesContainer,
    private readonly sessionMount: SessionMount,
    private readonly basePath: BasePath,
  ) {}

  onApplicationBootstrap(): void {
    const adapter = this.adapterHost.httpAdapter as HttpServer | undefined;
    if (!this.options.client || !adapter) return;
    const app = adapter.getInstance() as Application;
    this.logAddresses(app, this.options.client);
    this.warnAboutMissingSignIn(app);
    this.warnAboutGlobalPrefix(app);
    this.warnAboutCookiePath(app);
    this.warnAboutMissingSession(app);
  }

  /** Logs the URLs to register. Otherwise only an error page of Logto would show that one is wrong. */
  private logAddresses(app: Application, { baseUrl, appId }: { baseUrl: string; appId: string }): void {
    const { authRoutes, authRoutesPrefix, postSignOutRedirectUri, endpoint } = this.options;
    const routes = `${baseUrl}/${authRoutesPrefix}`;
    const callback = signInCallbackUri(baseUrl, authRoutesPrefix);
    const redirectUri = authRoutes
      ? callback
      : `each \`redirectUri\` that you give to signIn(), else ${callback}`;
    const backChannel = authRoutes
      ? `${routes}/back-channel-logout`
      : 'where you call handleBackChannelLogout()';
    this.logger.log(
      `Register at ${endpoint} for the application ${appId}:\n` +
        `  redirect URI           ${redirectUri}\n` +
        `  post sign-out URI      ${postSignOutRedirectUri}\n` +
        `  back-channel logout    ${backChannel}  (with "session required")` +
        this.proxyLine(app),
    );
  }

  /** Which part of the path of `baseUrl` a proxy has to strip. */
  private proxyLine(app: Application): string {
    const { path } = this.basePath;
    if (path === '') return '';
    const stripped = this.basePath.pathStrippedByProxy(app);
    const condition =
      stripped === '' ? `nothing may strip "${path}" on the way` : `a proxy must strip "${stripped}"`;
    return `\n  reached at             ${this.basePath.pathReachingApp(app)}/${this.options.authRoutesPrefix}/…: ${condition}`;
  }

  /** Warns if there is no route where browsers are sent to sign in. Otherwise they would only get a 404. */
  private warnAboutMissingSignIn(app: Application): void {
    const path = `${this.basePath.prefixOfRoutes(app)}/${this.options.authRoutesPrefix}/sign-in`;
    if (hasGetRoute(app, path)) return;
    if (this.options.authRoutes) {
      this.logger.warn(
        `This app has no route at ${path}, where browsers are sent to sign in. Move the routes of LogtoModule by ` +
          '`authRoutesPrefix` only: leave it out of RouterModule, and its routes out of `exclude` of the global prefix.',
      );
    } else if (this.options.unauthenticated !== 'reject') {
      this.logger.warn(
        `LogtoGuard redirects visitors to ${path}, and this app has no route there: write that route, set ` +
          "`authRoutesPrefix` to where yours are, or `unauthenticated: 'reject'`.",
      );
    }
  }

  /** Warns if the routes are at `/logto`, but requests come to `/shop/logto` unless a proxy strips the path. */
  private warnAboutGlobalPrefix(app: Application): void {
    const { path, globalPrefix } = this.basePath;
    const begins = path !== '' && globalPrefix.startsWith(`${path}/`);
    if (!begins || this.basePath.pathReachingApp(app) !== '') return;
    const routes = `${path}/${this.options.authRoutesPrefix}`.slice(1);
    this.logger.warn(
      `The global prefix begins with the path of \`baseUrl\`, "${path}". Unless a proxy strips it, the sign-in routes ` +
        `cannot be reached: end \`baseUrl\` with the whole prefix, "${globalPrefix}", or give it no path and set ` +
        `\`authRoutesPrefix: '${routes}'\`.`,
    );
  }

  /**
   * Warns if the cookie's path does not match the routes. express-session compares it with the path that reaches the app,
   * browsers with the URL that they see.
   */
  private warnAboutCookiePath(app: Application): void {
    const cookie = this.options.session?.cookie;
    const { path = '/' } = typeof cookie === 'object' ? cookie : {};
    const reached = `${this.basePath.pathReachingApp(app)}/${this.options.authRoutesPrefix}`;
    if (reached.startsWith(path)) return;
    this.logger.warn(
      `Check the session cookie's \`path\`: "${path}" matches no path that reaches the app if a proxy strips it, and express-session then ` +
        'ignores every request. Leave it out.',
    );
  }

  /**
   * Warns if the app has no session. One that the middleware of a module mounts cannot be detected, so an app with such
   * middleware gets no warning.
   */
  private warnAboutMissingSession(app: Application): void {
    const hasModuleMiddleware = [...this.modules.values()].some(({ middlewares }) => middlewares.size > 0);
    if (this.sessionMount.handler || hasModuleMiddleware || mountsExpressSessionAnywhere({ app })) return;
    this.logger.warn(
      'LogtoModule finds no session in this app, so nobody can sign in (`session_not_configured`). Give it ' +
        '`session: { secret }` (LOGTO_SESSION_SECRET with logtoOptionsFromEnv), or mount express-session in main.ts ' +
        'before the app listens.',
    );
  }
}
