import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { moduleMissing, logAndThrow } from '../nest/module-missing.js';
import type { LogtoSetupException } from '../logto.exceptions.js';
import { isOfOtherCopy, loadedTwice } from '../nest/package-copy.js';
import { attachedContext } from './attached-context.js';
import type { LogtoContext } from './logto-context.js';
import { requestOrSocketOf } from './request-source.js';

/**
 * Injects the user context of the request, or one member of it: never what another library put on `req.user`.
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
    const context = attachedContext(host) ?? logAndThrow(setupProblemOf(host));
    return member === undefined ? context : context[member];
  },
);

/** Why there is no context: the app has no LogtoModule, or one of another copy of this package. */
function setupProblemOf(host: ExecutionContext): LogtoSetupException {
  const holder = requestOrSocketOf(host);
  return isOfOtherCopy(holder)
    ? loadedTwice('@AuthUser()', 'LogtoModule', holder)
    : moduleMissing('@AuthUser()');
}
