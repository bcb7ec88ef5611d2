import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { Credential } from '../options/credential.js';
import { LogtoGuard } from './logto.guard.js';

/**
 * Requires a bearer access token that Logto issued for this API (RFC 6750, RFC 9068) and that meets the requirements of
 * the route. Needs `api: { audience }` in the options. `req.user` and `@AuthUser()` work as with sessions; `claims` are the
 * token's.
 *
 * ```ts
 * @Controller('orders')
 * @UseGuards(LogtoApiGuard)
 * @RequireScopes('read:orders')
 * export class OrdersController {}
 * ```
 * @throws LogtoException 401 or 403 with `WWW-Authenticate`; a transient one, 503, while the token cannot be verified
 */
@Injectable()
export class LogtoApiGuard extends LogtoGuard {
  protected override credentials(_context: ExecutionContext): readonly Credential[] {
    return ['bearer'];
  }
}
