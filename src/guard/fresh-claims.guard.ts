import { Injectable, type CanActivate, type ExecutionContext, type Type } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService } from '@nestjs/core';
import { classesOf } from '../nest/classes-of.js';
import { decoratedMethodsOf } from '../nest/decorated-methods-of.js';
import { prependGlobalGuard } from '../nest/prepend-global-guard.js';
import { PassiveRequests } from '../request/passive-requests.js';
import { CurrentUser } from '../user/current-user.js';
import { HandlerCache } from '../user/handler-cache.js';
import { isSocket, RequestSource } from '../user/request-source.js';
import { accessPolicyOf } from './policy/access-policy.js';
import { hasAppGuard, isLogtoGuard } from './policy/guard-metadata.js';
import { LogtoGuard } from './logto.guard.js';

/**
 * Refreshes outdated claims before one of the app's own guards reads `req.user`, which cannot wait for a refresh. The
 * guards of this library refresh them by themselves, and a route without a guard does not wait.
 */
@Injectable()
export class FreshClaimsGuard implements CanActivate {
  private readonly guardedByApp = new HandlerCache<boolean>();

  constructor(
    private readonly source: RequestSource,
    private readonly currentUser: CurrentUser,
    private readonly passiveRequests: PassiveRequests,
    private readonly discovery: DiscoveryService,
    private readonly applicationConfig: ApplicationConfig,
  ) {}

  /** Registers this guard globally, before all others, if the app has its own guards. */
  register(): void {
    if (this.hasGlobalAppGuard() || this.hasAnyAppGuard()) prependGlobalGuard(this.applicationConfig, this);
  }

  async canActivate(host: ExecutionContext): Promise<boolean> {
    // The handshake of a socket has no `req.user` that a guard could read.
    if (isSocket(host) || !this.isGuardedByApp(host.getClass(), host.getHandler())) return true;
    const request = await this.source.getRequest(host);
    // The session route may have a guard too, by `authRoutesDecorators`.
    if (request && !this.passiveRequests.has(request)) await this.currentUser.revalidate(request);
    return true;
  }

  private isGuardedByApp(type: Type, handler: object): boolean {
    return this.guardedByApp.get(type, handler, () => {
      if (hasAppGuard(handler) || hasAppGuard(type)) return true;
      return accessPolicyOf(type, handler).access !== 'public' && this.hasGlobalAppGuard();
    });
  }

  private hasGlobalAppGuard(): boolean {
    const requestScoped = this.applicationConfig.getGlobalRequestGuards();
    return (
      requestScoped.some(({ metatype }) => !isLogtoGuard(metatype)) ||
      this.applicationConfig
        .getGlobalGuards()
        .some((guard) => !(guard instanceof LogtoGuard) && !(guard instanceof FreshClaimsGuard))
    );
  }

  private hasAnyAppGuard(): boolean {
    return classesOf(this.discovery).some(
      (type) => hasAppGuard(type) || decoratedMethodsOf(type).some(([, method]) => hasAppGuard(method)),
    );
  }
}
