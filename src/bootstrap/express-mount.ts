import { Injectable, Optional, type HttpServer } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Application, Request } from 'express';
import { LogtoSetupException } from '../logto.exceptions.js';
import { FrontEndMiddleware } from '../routes/front-end.middleware.js';
import { LogoutFormMiddleware } from '../routes/logout-form.middleware.js';
import { SessionMount } from '../session/session-mount.js';
import { defineUserAccessor } from '../user/user-accessor.js';
import { defineSessionContext } from '../user/attached-context.js';
import { CurrentUser } from '../user/current-user.js';
import { WebhookBodyMiddleware } from '../webhooks/webhook-body.middleware.js';

/** Mounts the session and `req.user` on the Express instance of the app. */
@Injectable()
export class ExpressMount {
  private mountedOn: HttpServer | undefined;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly sessionMount: SessionMount,
    private readonly currentUser: CurrentUser,
    private readonly webhookBodies: WebhookBodyMiddleware,
    @Optional() private readonly logoutFormMiddleware?: LogoutFormMiddleware,
    @Optional() private readonly frontEndMiddleware?: FrontEndMiddleware,
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
    if (adapter?.getType() !== 'express' || adapter === this.mountedOn) return;
    this.mountedOn = adapter;
    this.logoutFormMiddleware?.mountOn(adapter);
    this.webhookBodies.mountOn(adapter);
    this.frontEndMiddleware?.mountOn(adapter);
    if (this.sessionMount.handler) adapter.use(this.sessionMount.handler);
    const { request } = this.application();
    defineUserAccessor(request, this.currentUser);
    defineSessionContext(request, (one) => this.currentUser.of(one));
  }

  /** @throws LogtoSetupException `adapter_not_supported` */
  application(): Application & { request: Request } {
    const { httpAdapter } = this.adapterHost;
    if (httpAdapter.getType() === 'express')
      return httpAdapter.getInstance<Application & { request: Request }>();
    throw new LogtoSetupException(
      'adapter_not_supported',
      `LogtoModule needs @nestjs/platform-express, the app runs on "${httpAdapter.getType()}".`,
    );
  }

  private get adapter(): HttpServer | undefined {
    return this.adapterHost.httpAdapter as HttpServer | undefined;
  }
}
