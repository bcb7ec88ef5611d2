import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { LogtoInterceptor } from './logto.interceptor.js';
import { asksForMore, withLogtoMetadata, type WithLogtoOptions } from './with-logto.options.js';

/**
 * Says what the user context of a class or a handler should hold. Options are merged: the handler's win over
 * the class's, and those over the module's.
 *
 * ```ts
 * @Get('user-info') @WithLogto({ fetchUserInfo: true })
 * info(@AuthUser('userInfo') userInfo: UserInfoResponse) {}
 * ```
 */
export const WithLogto = (options: WithLogtoOptions): ClassDecorator & MethodDecorator =>
  applyDecorators(
    SetMetadata(withLogtoMetadata, options),
    // Only where there is something to fetch: an interceptor is the dearest thing that Nest has.
    ...(asksForMore(options) ? [UseInterceptors(LogtoInterceptor)] : []),
  );
