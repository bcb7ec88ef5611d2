import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AccessDecision } from './access-decision.js';

/**
 * Lets signed-in users pass. A browser navigation of anybody else is sent to the sign-in and comes back,
 * everything else is answered 401 with a problem body (RFC 9457); `unauthenticated` decides otherwise.
 *
 * ```ts
 * @Controller('account')
 * @UseGuards(LogtoGuard)
 * export class AccountController {}
 * ```
 * @throws LogtoUnauthenticatedException when nobody is signed in
 * @throws LogtoException `cross_site_request`, `session_not_configured`, `session_store_unavailable`
 */
@Injectable()
export class LogtoGuard implements CanActivate {
  constructor(private readonly access: AccessDecision) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return this.access.bySession(context);
  }
}
