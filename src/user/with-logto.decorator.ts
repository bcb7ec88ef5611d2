import { addWithLogto, assertWithLogtoOptions, type WithLogtoOptions } from './with-logto.options.js';

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
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    addWithLogto((descriptor?.value ?? target) as object, options);
  };
}
