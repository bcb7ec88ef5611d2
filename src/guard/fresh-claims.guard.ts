import { Injectable, type CanActivate, type ExecutionContext, type Type } from '@nestjs/common';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { methodsOf } from '../nest/methods-of.js';
import { isSocket, RequestSource } from '../user/request-source.js';
import { UserContextResolver } from '../user/user-context-resolver.js';
import { accessPolicyOf } from './access-policy.js';
import { hasAppGuard, isLogtoGuard } from './guard-metadata.js';
import { LogtoGuard } from './logto.guard.js';

/**
 * Refreshes old claims before a guard of the app's own decides by `req.user`, which cannot wait for them. The guards of
 * this library refresh them by themselves, and a route without a guard does not wait.
 */
@Injectable()
export class FreshClaimsGuard implements CanActivate {
  private readonly guarded = new WeakMap<object, WeakMap<object, boolean>>();

  constructor(
    private readonly source: RequestSource,
    private readonly resolver: UserContextResolver,
    private readonly modules: ModulesContainer,
    private readonly applicationConfig: ApplicationConfig,
  ) {}

  /** Stands before every other guard, in an app that has guards of its own. */
  register(): void {
    if (this.guardsEverything() || this.guardsAnything())
      this.applicationConfig.getGlobalGuards().unshift(this);
  }

  async canActivate(host: ExecutionContext): Promise<boolean> {
    // A socket's guard finds no user on the handshake, whose session may have to be read first.
    if (isSocket(host) || !this.isGuarded(host.getClass(), host.getHandler())) return true;
    const request = await this.source.of(host);
    if (request) await this.resolver.resolve(request, {});
    return true;
  }

  private isGuarded(type: Type, handler: object): boolean {
    let ofType = this.guarded.get(type);
    if (!ofType) this.guarded.set(type, (ofType = new WeakMap()));
    let guarded = ofType.get(handler);
    if (guarded === undefined) {
      const isPublic = accessPolicyOf(type, handler).access === 'public';
      guarded = hasAppGuard(handler) || hasAppGuard(type) || (!isPublic && this.guardsEverything());
      ofType.set(handler, guarded);
    }
    return guarded;
  }

  /** Whether a guard of the app's own stands before every route. */
  private guardsEverything(): boolean {
    const scoped = this.applicationConfig.getGlobalRequestGuards();
    return (
      scoped.some(({ metatype }) => !isLogtoGuard(metatype)) ||
      this.applicationConfig
        .getGlobalGuards()
        .some((guard) => !(guard instanceof LogtoGuard) && !(guard instanceof FreshClaimsGuard))
    );
  }

  private guardsAnything(): boolean {
    return [...this.modules.values()].some(({ controllers, providers }) =>
      [...controllers.values(), ...providers.values()].some(
        ({ metatype }) =>
          typeof metatype === 'function' &&
          metatype.prototype &&
          (hasAppGuard(metatype) || methodsOf(metatype as Type).some(([, method]) => hasAppGuard(method))),
      ),
    );
  }
}
