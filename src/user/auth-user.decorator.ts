import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { moduleMissing, refuseSetup } from '../nest/module-missing.js';
import type { LogtoSetupException } from '../logto.exceptions.js';
import { isOfOtherCopy, loadedTwice } from '../nest/package-copy.js';
import { executionContextOf } from './execution-context.js';
import type { LogtoContext } from './logto-context.js';
import { requestOrSocketOf } from './request-source.js';

/**
 * The user context of the request, or one member of it. Never another library's `req.user`.
 *
 * ```ts
 * @Get('user')
 * profile(@AuthUser() user: LogtoContext, @AuthUser('claims') claims: IdTokenClaims) {}
 * ```
 * @param member name of the member, such as `'claims'`. Default: the whole context.
 * @throws LogtoException `module_missing` in an app without LogtoModule, where every request would look anonymous
 */
export const AuthUser: (member?: keyof LogtoContext) => ParameterDecorator = createParamDecorator(
  (member: keyof LogtoContext | undefined, host: ExecutionContext) => {
    const context = executionContextOf(host) ?? refuseSetup(setupProblemOf(host));
    return member === undefined ? context : context[member];
  },
);

/** Why nothing is known of the user: there is no LogtoModule, or it is another copy's. */
function setupProblemOf(host: ExecutionContext): LogtoSetupException {
  const carrier = requestOrSocketOf(host);
  return isOfOtherCopy(carrier)
    ? loadedTwice('@AuthUser()', 'LogtoModule', carrier)
    : moduleMissing('@AuthUser()');
}
