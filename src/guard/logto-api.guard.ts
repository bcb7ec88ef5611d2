import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { Credential } from '../user/with-logto.options.js';
import { LogtoGuard } from './logto.guard.js';

/**
 * Lets requests pass that carry a bearer access token which Logto made for this API (RFC 6750, RFC 9068) and
 * which has what the route requires. Needs `api: { audience }` in the options. `req.user` and `@AuthUser()` are
 * as with sessions; `claims` are the token's.
 *
 * ```ts
 * @Controller('orders')
 * @UseGuards(LogtoApiGuard)
 * @RequireScopes('read:orders')
 * export class OrdersController {}
 * ```
 * @throws LogtoException 401 or 403 with `WWW-Authenticate`; a transient one, 503, when it cannot be decided
 */
@Injectable()
export class LogtoApiGuard extends LogtoGuard {
  protected override credentials(_context: ExecutionContext): readonly Credential[] {
    return ['bearer'];
  }
}
