import type { Type } from '@nestjs/common';
import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { LogtoInterceptor } from './logto.interceptor.js';
import { methodsOf } from '../nest/methods-of.js';
import { asksForMore, withLogtoOf } from './with-logto.options.js';

/** Metadata of Nest that has no public name: what `@UseInterceptors()` writes. */
const interceptorsMetadata = '__interceptors__';

/**
 * Whether an interceptor of the app's own stands before the one that `@WithLogto` brings, on any handler: it would
 * find on `req.user` nothing of what was asked for.
 */
export function isPreceded(modules: ModulesContainer, configuration: ApplicationConfig): boolean {
  const everywhere = [
    ...configuration.getGlobalInterceptors(),
    ...configuration.getGlobalRequestInterceptors(),
  ];
  return controllersOf(modules).some((type) =>
    methodsOf(type).some(([, method]) => {
      const [first] = [...everywhere, ...interceptorsOf(type), ...interceptorsOf(method)];
      return asksForMore(withLogtoOf(type, method)) && first !== LogtoInterceptor;
    }),
  );
}

function controllersOf(modules: ModulesContainer): Type[] {
  return [...modules.values()].flatMap(({ controllers }) =>
    [...controllers.values()].flatMap(({ metatype }) =>
      typeof metatype === 'function' ? [metatype as Type] : [],
    ),
  );
}

function interceptorsOf(subject: object): unknown[] {
  return (Reflect.getMetadata(interceptorsMetadata, subject) ?? []) as unknown[];
}
