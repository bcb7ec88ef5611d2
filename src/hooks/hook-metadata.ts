import { assertInstanceMethod } from './assert-instance-method.js';

/** The decorators of the hooks. */
export const hookDecorators = {
  signIn: '@OnSignIn()',
  signOut: '@OnSignOut()',
  tokenRefresh: '@OnTokenRefresh()',
  signInFailed: '@OnSignInFailed()',
} as const;

export type HookKind = keyof typeof hookDecorators;

/** A decorator for methods that take an event. */
export type HookDecorator<Event> = <Method extends (event: Event) => unknown>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

const hookMetadata = 'nestjs-logto:hooks';

/** Creates the decorator of a hook. */
export function hookDecorator<Event>(kind: HookKind): HookDecorator<Event> {
  return (target, name, { value }) => {
    assertInstanceMethod(hookDecorators[kind], target, name, value);
    Reflect.defineMetadata(hookMetadata, [...new Set([...(hookKindsOf(value) ?? []), kind])], value);
  };
}

/** The hooks that a method is decorated as, if any: one, or several by mistake. */
export function hookKindsOf(method: object): readonly [HookKind, ...HookKind[]] | undefined {
  return Reflect.getOwnMetadata(hookMetadata, method) as [HookKind] | undefined;
}
