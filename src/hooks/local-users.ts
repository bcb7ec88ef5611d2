import { Injectable } from '@nestjs/common';
import type { IdTokenClaims } from '../oidc/claims.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { hookException, hookTimeout, userNotAllowed } from './hook-exceptions.js';
import { HookRegistry } from './hook-registry.js';
import type { LocalUser } from './local-user.js';
import type { LocalUserResolution } from './logto-user-resolver.decorator.js';
import { toLocalUser } from './to-local-user.js';
import { withTimeout } from '../concurrency/with-timeout.js';

/** Finds the app's own users with its `@LogtoUserResolver()`. */
@Injectable()
export class LocalUsers {
  constructor(
    private readonly registry: HookRegistry,
    protected readonly options: ResolvedLogtoOptions,
  ) {}

  /** Whether the app has a resolver. */
  get hasResolver(): boolean {
    return this.registry.resolver !== undefined;
  }

  /**
   * The app's own user; `undefined` in an app without a resolver.
   * @throws LogtoException `user_not_allowed` for a user whom the resolver refuses, and as {@link find}
   */
  async require(claims: IdTokenClaims, resolution: LocalUserResolution): Promise<LocalUser | undefined> {
    const found = await this.find(claims, resolution);
    if (found === null) throw userNotAllowed();
    return found;
  }

  /**
   * The same, with `null` for a user whom the resolver refuses.
   * @throws LogtoException `local_user_invalid`, `hook_failed`, `hook_timeout`, or `user_not_allowed` with the status of an
   * `HttpException`
   */
  async find(claims: IdTokenClaims, resolution: LocalUserResolution): Promise<LocalUser | null | undefined> {
    const { resolver } = this.registry;
    if (!resolver) return undefined;
    const { name } = resolver;
    const { hookTimeout: timeout } = this.options;
    let answer: unknown;
    try {
      answer = await withTimeout(
        // A copy, because the resolver may change it.
        () => resolver.call(structuredClone(claims), resolution),
        timeout,
        () => hookTimeout(name, timeout),
      );
    } catch (error) {
      throw hookException(name, error, 'user_not_allowed');
    }
    return answer === null ? null : toLocalUser(name, answer);
  }
}
