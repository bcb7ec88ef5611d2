import { UseInterceptors, type Type } from '@nestjs/common';
import { LogtoInterceptor } from './logto.interceptor.js';
import {
  addWithLogto,
  asksForMore,
  assertWithLogtoOptions,
  type WithLogtoOptions,
} from './with-logto.options.js';

/**
 * Says what the user context of a class or a handler should hold. Options are merged: the handler's win over
 * the class's, those over its base class's, and those over the module's.
 *
 * ```ts
 * @Get('user-info') @WithLogto({ fetchUserInfo: true })
 * info(@AuthUser('userInfo') userInfo: UserInfoResponse) {}
 * ```
 * @throws TypeError at definition when the options are none, or one of them is unknown
 */
export function WithLogto(options: WithLogtoOptions): ClassDecorator & MethodDecorator {
  assertWithLogtoOptions(options);
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    addWithLogto((descriptor?.value ?? target) as object, options);
    // Only where there is something to fetch: an interceptor is the dearest thing that Nest has.
    if (!asksForMore(options)) return;
    const intercepted = UseInterceptors(LogtoInterceptor);
    if (descriptor && key !== undefined) intercepted(target, key, descriptor);
    else intercepted(target as Type);
  };
}
