import {
  Inject,
  Injectable,
  Optional,
  type CanActivate,
  type ExecutionContext,
  type OnModuleInit,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { moduleMissingFor, logAndThrow } from '../nest/module-missing.js';
import { markCopy } from '../nest/package-copy.js';
import type { Credential } from '../options/credential.js';
import { AccessGuard } from './policy/access-guard.js';
import { AccessDecision } from './access-decision.js';

/**
 * Requires a signed-in user who meets the requirements of the route. An anonymous browser navigation is redirected to the
 * sign-in and comes back; other anonymous requests get 401 with a problem body (RFC 9457). The option `unauthenticated`
 * changes that. Works on controllers, GraphQL resolvers and gateways.
 *
 * ```ts
 * @Controller('account')
 * @UseGuards(LogtoGuard)
 * export class AccountController {}
 * ```
 * A subclass can override {@link credentials}, {@link handleDenial}, or `canActivate` to check more. It may have a
 * constructor of its own.
 * @throws LogtoUnauthenticatedException when the user is not signed in, or has to sign in again: `not_authenticated`,
 * `recent_sign_in_required`, `insufficient_authentication` or `missing_refresh_token`
 * @throws LogtoException 403 for a requirement that is not met and for `cross_site_request`; `session_not_configured`; a
 * transient one, 503, while the session cannot be read or checked; `module_missing`, at startup, in an app without
 * LogtoModule
 */
@markCopy
@Injectable()
export class LogtoGuard extends AccessGuard implements CanActivate, OnModuleInit {
  // Optional, so that this class can report a missing LogtoModule itself.
  @Optional()
  @Inject(AccessDecision)
  private readonly access: AccessDecision | undefined;

  @Inject(ModulesContainer)
  private readonly modules: ModulesContainer | undefined;

  /** Fails the start of an app without LogtoModule. Unit tests that only call handlers do not run it. */
  onModuleInit(): void {
    if (!this.access) throw moduleMissingFor(this, this.modules);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    try {
      await this.decision.authorize(context, this.credentials(context));
      return true;
    } catch (error) {
      return this.handleDenial(context, error);
    }
  }

  /**
   * The credentials that this guard accepts. Override it, for example, to accept bearer tokens too:
   * `['session', 'bearer']`. `@WithLogto({ accept })` on a route takes precedence. Default: `['session']`.
   */
  protected credentials(_context: ExecutionContext): readonly Credential[] {
    return ['session'];
  }

  /**
   * Handles a denied request. Override it to throw another exception, to log, or to let the request pass. The headers of the
   * response are set already: a redirect, or a challenge.
   * @param error a {@link LogtoException}, or what the app's own code has thrown
   * @returns whether to let the request pass anyway. Default: throws `error`.
   */
  protected handleDenial(_context: ExecutionContext, error: unknown): boolean | Promise<boolean> {
    throw error;
  }

  private get decision(): AccessDecision {
    if (this.access) return this.access;
    // Nest calls no lifecycle hooks of request-scoped guards.
    if (this.modules) logAndThrow(moduleMissingFor(this, this.modules));
    throw new TypeError(
      `${this.constructor.name} must be created by Nest. Write \`{ provide: APP_GUARD, useClass: LogtoGuard }\` or ` +
        '`app.useGlobalGuards(app.get(LogtoGuard))`, not `new LogtoGuard()`.',
    );
  }
}
