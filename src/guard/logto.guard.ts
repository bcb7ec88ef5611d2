import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Credential } from '../user/with-logto.decorator.js';
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
 * @throws LogtoUnauthenticatedException when nobody is signed in, or not recently enough
 * @throws LogtoException 403 for what is lacking and for `cross_site_request`; `session_not_configured`;
 * a transient one, 503, when it cannot be decided
 */
@Injectable()
export class LogtoGuard implements CanActivate {
  constructor(protected readonly access: AccessDecision) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return this.access.may(context, this.credentials(context));
  }

  /** How visitors say who they are, where the route does not say it itself. Override to change it. */
  protected credentials(_context: ExecutionContext): readonly Credential[] {
    return ['session'];
  }
}
