import type { Type } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { isSingleton } from '../nest/is-singleton.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A provider or controller that may have hooks. */
export interface HookProvider {
  readonly type: Type<Record<string, never>>;
  readonly instance: object;
  /** Whether there is exactly one instance, which was created at startup. */
  readonly isSingleton: boolean;
}

/** The providers and controllers of the app, in the order of Nest's providers. */
export function hookProvidersOf(discovery: DiscoveryService): HookProvider[] {
  const found = new Map<object, HookProvider>();
  for (const wrapper of [...discovery.getProviders(), ...discovery.getControllers()]) {
    const provider = hookProviderOf(wrapper);
    // `useExisting` gives one instance several names.
    if (provider && !found.has(provider.instance)) found.set(provider.instance, provider);
  }
  return [...found.values()];
}

/** @returns `undefined` for a provider that is not an instance of a class */
function hookProviderOf(wrapper: Wrapper): HookProvider | undefined {
  const instance: unknown = wrapper.instance;
  if (typeof instance !== 'object' || instance === null) return undefined;
  const type = typeOf(wrapper, instance);
  if (typeof type !== 'function' || !type.prototype) return undefined;
  return {
    type: type as HookProvider['type'],
    instance,
    isSingleton: isSingleton(wrapper),
  };
}

/** The class of a provider. For a plain object that replaces a class, as in a test, it is that class. */
function typeOf({ metatype, isNotMetatype, token }: Wrapper, instance: object): unknown {
  if (metatype && !isNotMetatype) return metatype;
  const prototype = Object.getPrototypeOf(instance) as { constructor?: unknown } | null;
  return prototype === null || prototype === Object.prototype ? token : prototype.constructor;
}

/** A method of a provider that the module calls. */
export interface HookHandler {
  /** For logs: `UsersService.provision (@OnSignIn())`. */
  readonly name: string;
  readonly call: (...parameters: unknown[]) => unknown;
}

/** Returns a function that calls a method. It looks the method up at each call, so that a test can spy on it. */
export function callerOf(instance: object, method: string): HookHandler['call'] {
  return (...parameters) => {
    const callee = instance as Record<string, (...given: unknown[]) => unknown>;
    return callee[method]?.(...parameters);
  };
}
