import { SetMetadata } from '@nestjs/common';
import type { UnauthenticatedBehaviour } from '../logto.options.js';
import type { GetContextParameters } from './logto-context.js';

/** What a class or a handler wants of the user context, and of the guard. */
export interface WithLogtoOptions extends GetContextParameters {
  /** What `LogtoGuard` does with a visitor who is not signed in. Default: the module's `unauthenticated`. */
  unauthenticated?: UnauthenticatedBehaviour;
  /**
   * How a visitor may say who they are. Where both are accepted an `Authorization` header decides if there is
   * one, and a bad one is not rescued by a session. Default: the guard's own way.
   */
  accept?: Credential[];
}

/** A session of this app, or a bearer access token (RFC 6750). */
export type Credential = 'session' | 'bearer';

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
