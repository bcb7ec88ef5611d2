import { withBaseClasses } from './with-base-classes.js';
import type { Credential } from '../options/credential.js';
import type { GetContextParameters } from '../options/get-context-parameters.js';
import type { UnauthenticatedBehavior } from '../options/logto-module-options.js';

/** What to add to the user context for a class or a handler, and what its guard does. */
export interface WithLogtoOptions extends GetContextParameters {
  /** What `LogtoGuard` does with an anonymous request. Default: the module's `unauthenticated`. */
  unauthenticated?: UnauthenticatedBehavior;
  /**
   * Which credentials the guard accepts. If it accepts both and the request has an `Authorization` header, the header
   * decides: a bad token does not fall back to the session. Default: the guard's own.
   */
  accept?: Credential[];
}

const optionNames = Object.keys({
  fetchUserInfo: true,
  getAccessToken: true,
  resource: true,
  organizationId: true,
  getOrganizationToken: true,
  unauthenticated: true,
  accept: true,
} satisfies Record<keyof WithLogtoOptions, true>);

const withLogtoMetadata = 'nestjs-logto:with-logto';

/**
 * Configures the user context and the guard of a class or handler. Options are merged: the handler's win over the class's,
 * those over its base class's, and those over the module's.
 *
 * ```ts
 * @Get('user-info') @WithLogto({ fetchUserInfo: true })
 * info(@AuthUser('userInfo') userInfo: UserInfoResponse) {}
 * ```
 * @throws TypeError at definition when `options` is not an object or has an unknown option
 */
export function WithLogto(options: WithLogtoOptions): ClassDecorator & MethodDecorator {
  assertWithLogtoOptions(options);
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const subject = (descriptor?.value ?? target) as object;
    Reflect.defineMetadata(withLogtoMetadata, { ...ownWithLogto(subject), ...options }, subject);
  };
}

/** The options of a handler, its class and its base classes, merged. */
export function withLogtoOf(type: object, handler: object): WithLogtoOptions {
  const farthestFirst = [handler, ...withBaseClasses(type)].toReversed();
  return Object.assign({}, ...farthestFirst.map((subject) => ownWithLogto(subject))) as WithLogtoOptions;
}

function ownWithLogto(subject: object): WithLogtoOptions | undefined {
  return Reflect.getOwnMetadata(withLogtoMetadata, subject) as WithLogtoOptions | undefined;
}

/** Rejects misspelt options, which would silently do nothing. */
function assertWithLogtoOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('@WithLogto() takes an object of options: @WithLogto({ fetchUserInfo: true }).');
  }
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(`@WithLogto() has no option "${unknown}". It takes ${optionNames.join(', ')}.`);
}
