import { Injectable, Optional, type HttpServer, type NestMiddleware } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Application, Request } from 'express';
import { LogtoSetupException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { FrontEndMiddleware } from '../routes/front-end.middleware.js';
import { LogoutFormMiddleware } from '../routes/logout-form.middleware.js';
import { SessionMount } from '../session/session-mount.js';
import { defineUserAccessor } from '../user/user-accessor.js';
import { defineSessionContext } from '../user/attached-context.js';
import { CurrentUser } from '../user/current-user.js';
import { WebhookBodyMiddleware } from '../webhooks/webhook-body.middleware.js';

type ExpressApplication = Application & { request: Request };

/** Mounts the session and `req.user` on the Express instance of the app. */
@Injectable()
export class ExpressMount {
  private mountedOn: HttpServer | undefined;

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly adapterHost: HttpAdapterHost,
    private readonly sessionMount: SessionMount,
    private readonly currentUser: CurrentUser,
    private readonly webhookBodies: WebhookBodyMiddleware,
    @Optional() private readonly logoutForms?: LogoutFormMiddleware,
    @Optional() private readonly frontEnd?: FrontEndMiddleware,
  ) {}

  /**
   * Mounts as soon as Nest has an adapter: before the middleware of main.ts and of the app's modules, and before all
   * guards.
   * @throws LogtoSetupException `adapter_not_supported`
   */
  mountEarly(): void {
    // An application context has no adapter. A testing module has none until the test creates the app.
    if (this.adapter) this.application();
    this.adapterHost.init$.subscribe(() => this.mount());
  }

  /** Mounts on the current adapter, once. Each app that a testing module creates has its own. */
  mount(): void {
    const { adapter } = this;
    if (!adapter || adapter === this.mountedOn) return;
    this.mountedOn = adapter;
    const isExpress = adapter.getType() === 'express';
    if (isExpress) for (const middleware of this.middlewares) adapter.use(middleware.use.bind(middleware));
    // On Fastify only the testing kit has one, which adds the bearer tokens of test users.
    if (this.sessionMount.handler) adapter.use(this.sessionMount.handler);
    if (!isExpress) return;
    const { request } = adapter.getInstance() as ExpressApplication;
    defineUserAccessor(request, this.currentUser);
    defineSessionContext(request, (one) => this.currentUser.getContext(one));
  }

  /**
   * @returns `undefined` on Fastify, where there is nothing to mount for bearer tokens
   * @throws LogtoSetupException `adapter_not_supported`
   */
  application(): ExpressApplication | undefined {
    const { httpAdapter } = this.adapterHost;
    const type = httpAdapter.getType();
    if (type === 'express') return httpAdapter.getInstance<ExpressApplication>();
    const { client, authRoutes, webhooks } = this.options;
    if (type === 'fastify' && !client && !authRoutes && !webhooks) return undefined;
    throw new LogtoSetupException(
      'adapter_not_supported',
      `LogtoModule needs @nestjs/platform-express for sign-in, sessions and webhooks, and the app runs on "${type}". ` +
        'On Fastify it accepts bearer tokens only: give it `endpoint` and `api`, without `baseUrl`, `session` and ' +
        '`webhooks`, and with `authRoutes: false` next to `useFactory`.',
    );
  }

  /** What runs before the session and before everything that the app mounts. */
  private get middlewares(): NestMiddleware[] {
    const { authRoutes, webhooks } = this.options;
    return [this.logoutForms, webhooks && this.webhookBodies, authRoutes ? this.frontEnd : undefined].filter(
      (one) => one !== undefined,
    );
  }

  private get adapter(): HttpServer | undefined {
    return this.adapterHost.httpAdapter as HttpServer | undefined;
  }
}
