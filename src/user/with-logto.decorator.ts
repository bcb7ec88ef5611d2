import { SetMetadata } from '@nestjs/common';
import type { UnauthenticatedBehaviour } from '../logto.options.js';
import type { GetContextParameters } from './logto-context.js';

/** What a class or a handler wants of the user context, and of the guard. */
export interface WithLogtoOptions extends GetContextParameters {
  /** What `LogtoGuard` does with a visitor who is not signed in. Default: the module's `unauthenticated`. */
  unauthenticated?: UnauthenticatedBehaviour;
}

export const withLogtoMetadata = 'nestjs-logto:with-logto';

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
  SetMetadata(withLogtoMetadata, options);
