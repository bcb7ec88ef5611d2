import { Injectable, Logger, type HttpServer, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { Application } from 'express';
import { answersGet } from '../nest/answers-get.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { BasePath } from '../session/base-path.js';
import { SessionMount } from '../session/session-mount.js';
import { mountsExpressSessionAnywhere } from '../nest/session-layers.js';

/** Logs at start which addresses have to be registered at Logto, and what of the app does not fit them. */
@Injectable()
export class StartReport implements OnApplicationBootstrap {
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
    this.warnOfMissingSignIn(app);
    this.warnOfGlobalPrefix(app);
    this.warnOfCookiePath(app);
    this.warnOfMissingSession(app);
  }

  /** A wrong one shows only on Logto's own error page. */
  private logAddresses(app: Application, { baseUrl, appId }: { baseUrl: string; appId: string }): void {
    const isOwn = !this.options.authRoutes;
    const { authRoutesPrefix, postSignOutRedirectUri, endpoint } = this.options;
    const routes = `${baseUrl}/${authRoutesPrefix}`;
    const callback = `${routes}/sign-in-callback`;
    const redirectUri = isOwn ? `each \`redirectUri\` that you give to signIn(), else ${callback}` : callback;
    const backChannel = isOwn ? 'where you call handleBackChannelLogout()' : `${routes}/back-channel-logout`;
    this.logger.log(
      `Register at ${endpoint} for the application ${appId}:\n` +
        `  redirect URI           ${redirectUri}\n` +
        `  post sign-out URI      ${postSignOutRedirectUri}\n` +
        `  back-channel logout    ${backChannel}  (with "session required")` +
        this.reachedAt(app),
    );
  }

  /** What has to happen to the path of `baseUrl` on the way to this app. */
  private reachedAt(app: Application): string {
    const { path } = this.basePath;
    if (path === '') return '';
    const stripped = this.basePath.strippedBefore(app);
    const condition =
      stripped === ''
        ? `nothing may strip "${path}" on the way`
        : `a proxy has to strip "${stripped}" on the way`;
    return `\n  reached at             ${this.basePath.reaching(app)}/${this.options.authRoutesPrefix}/…: ${condition}`;
  }

  /** Otherwise it shows as a 404 after the guard's redirect. */
  private warnOfMissingSignIn(app: Application): void {
    const path = `${this.basePath.prefixOfRoutes(app)}/${this.options.authRoutesPrefix}/sign-in`;
    if (answersGet(app, path)) return;
    if (this.options.authRoutes) {
      this.logger.warn(
        `No route of this app answers at ${path}, where browsers are sent to sign in. Move the routes of LogtoModule by ` +
          '`authRoutesPrefix` alone: leave it out of RouterModule, and its routes out of `exclude` of the global prefix.',
      );
    } else if (this.options.unauthenticated !== 'reject') {
      this.logger.warn(
        `LogtoGuard sends visitors to ${path}, and no route of this app answers there: write that route, set ` +
          "`authRoutesPrefix` to where yours are, or `unauthenticated: 'reject'`.",
      );
    }
  }

  /** A proxy that strips nothing brings requests to `/shop/logto`, and the routes are at `/logto`. */
  private warnOfGlobalPrefix(app: Application): void {
    const { path, globalPrefix } = this.basePath;
    const begins = path !== '' && globalPrefix.startsWith(`${path}/`);
    if (!begins || this.basePath.reaching(app) !== '') return;
    const routes = `${path}/${this.options.authRoutesPrefix}`.slice(1);
    this.logger.warn(
      `The global prefix begins with the path of \`baseUrl\`, "${path}". Unless a proxy strips it, the sign-in routes ` +
        `cannot be reached: end \`baseUrl\` with the whole prefix, "${globalPrefix}", or give it no path and set ` +
        `\`authRoutesPrefix: '${routes}'\`.`,
    );
  }

  /** express-session looks for the cookie's path in what reaches the app, browsers in what they see. */
  private warnOfCookiePath(app: Application): void {
    const cookie = this.options.session?.cookie;
    const { path = '/' } = typeof cookie === 'object' ? cookie : {};
    const reached = `${this.basePath.reaching(app)}/${this.options.authRoutesPrefix}`;
    if (reached.startsWith(path)) return;
    this.logger.warn(
      `Check the session cookie's \`path\`: "${path}" matches no path that reaches the app if a proxy strips it, and express-session then ` +
        'ignores every request. Leave it out.',
    );
  }

  /** What a middleware of the app's own mounts cannot be seen, nor what a module of the app does. */
  private warnOfMissingSession(app: Application): void {
    const modulesMount = [...this.modules.values()].some(({ middlewares }) => middlewares.size > 0);
    if (this.sessionMount.handler || modulesMount || mountsExpressSessionAnywhere({ app })) return;
    this.logger.warn(
      'LogtoModule finds no session in this app, and without one nobody can sign in (`session_not_configured`). Give it ' +
        '`session: { secret }` (LOGTO_SESSION_SECRET with logtoOptionsFromEnv), or mount express-session in main.ts ' +
        'before the app listens.',
    );
  }
}
