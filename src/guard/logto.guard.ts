import {
  Inject,
  Injectable,
  Optional,
  type CanActivate,
  type ExecutionContext,
  type OnModuleInit,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { moduleMissingFor, refuseSetup } from '../nest/module-missing.js';
import { markCopy } from '../nest/package-copy.js';
import type { Credential } from '../user/with-logto.options.js';
import { AccessGuard } from './access-guard.js';
import { AccessDecision } from './access-decision.js';

/**
 * Lets signed-in users pass who have what the route requires. A browser navigation of anybody else is sent to
 * the sign-in and comes back, everything else is answered 401 with a problem body (RFC 9457); `unauthenticated`
 * decides otherwise. Works on controllers, GraphQL resolvers and gateways.
 *
 * ```ts
 * @Controller('account')
 * @UseGuards(LogtoGuard)
 * export class AccountController {}
 * ```
 * A subclass changes one decision: {@link credentials}, {@link refused}, or by `canActivate` what else is asked of
 * whoever passes. Its constructor is its own.
 * @throws LogtoUnauthenticatedException when nobody is signed in, or not recently enough
 * @throws LogtoException 403 for what is lacking and for `cross_site_request`; `session_not_configured`;
 * a transient one, 503, when it cannot be decided; `module_missing`, at start, in an app without LogtoModule
 */
@markCopy
@Injectable()
export class LogtoGuard extends AccessGuard implements CanActivate, OnModuleInit {
  // Optional, so that Nest lets this class explain what is missing.
  @Optional()
  @Inject(AccessDecision)
  private readonly access: AccessDecision | undefined;

  @Inject(ModulesContainer)
  private readonly modules: ModulesContainer | undefined;

  /** Fails the start of an app without LogtoModule. A unit test that only calls handlers does not come here. */
  onModuleInit(): void {
    if (!this.access) throw moduleMissingFor(this, this.modules);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    try {
      return await this.decision.may(context, this.credentials(context));
    } catch (error) {
      return this.refused(context, error);
    }
  }

  /** How visitors say who they are, where the route does not say it by `@WithLogto({ accept })`. */
  protected credentials(_context: ExecutionContext): readonly Credential[] {
    return ['session'];
  }

  /**
   * What happens to whoever may not pass. The answer's headers are set already: a redirect, or a challenge.
   * @param error a {@link LogtoException}, or what a function of the app's own has thrown
   * @returns whether they may pass all the same. Default: throws `error`.
   */
  protected refused(_context: ExecutionContext, error: unknown): boolean | Promise<boolean> {
    throw error;
  }

  private get decision(): AccessDecision {
    if (this.access) return this.access;
    // Nest calls no hook of a guard that it makes for each request.
    if (this.modules) refuseSetup(moduleMissingFor(this, this.modules));
    throw new TypeError(
      `${this.constructor.name} has to be made by Nest, in a module that sees LogtoModule. Write ` +
        '`{ provide: APP_GUARD, useClass: LogtoGuard }` or `app.useGlobalGuards(app.get(LogtoGuard))`, not `new LogtoGuard()`.',
    );
  }
}
