import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { LogtoSetupException } from '../logto.exceptions.js';
import { decoratedMethodsOf } from '../nest/decorated-methods-of.js';
import type { HookHandler } from './hook-handler.js';
import { hookDecorators, hookKindsOf, type HookKind } from './hook-metadata.js';
import { callerOf, hookProvidersOf, type HookProvider } from './hook-provider.js';
import { isUserResolver } from './logto-user-resolver.decorator.js';
import { staticHooksOf } from './static-hooks-of.js';

/** Finds the hooks and the user resolver of the app, once, at startup. */
@Injectable()
export class HookRegistry implements OnModuleInit {
  private readonly handlers: Record<HookKind, HookHandler[]> = {
    signIn: [],
    signOut: [],
    tokenRefresh: [],
    signInFailed: [],
  };
  private readonly resolvers: (HookHandler & { readonly type: Type })[] = [];

  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws LogtoSetupException `hook_invalid`, with every mistake */
  onModuleInit(): void {
    const problems: string[] = [];
    for (const provider of hookProvidersOf(this.discovery))
      problems.push(...this.register(provider), ...this.registerResolver(provider));
    if (this.resolvers.length > 1) {
      const names = this.resolvers.map(({ type }) => type.name).join(' and ');
      problems.push(`${names}: each has @LogtoUserResolver(), and an app has only one. Remove the others.`);
    }
    if (problems.length === 0) return;
    const list = problems.map((problem) => `\n  - ${problem}`).join('');
    throw new LogtoSetupException('hook_invalid', `LogtoModule cannot start. Fix these hooks:${list}`);
  }

  handlersOf(kind: HookKind): readonly HookHandler[] {
    return this.handlers[kind];
  }

  get resolver(): HookHandler | undefined {
    return this.resolvers[0];
  }

  /** @returns what is wrong with the hooks of a provider */
  private register({ type, instance, isSingleton }: HookProvider): string[] {
    const problems = staticHooksOf(type).map(
      (name) => `${name} is static. Make it a method of the instance, which Nest has created.`,
    );
    for (const [method, value] of decoratedMethodsOf(type)) {
      const kinds = hookKindsOf(value);
      const [kind] = kinds;
      if (kind === undefined) continue;
      const decorators = kinds.map((each) => hookDecorators[each]).join(' and ');
      const name = `${type.name}.${method} (${decorators})`;
      if (kinds.length > 1) problems.push(`${name} would get different events. Use a method for each.`);
      else if (!isSingleton) problems.push(`${name} ${scopeProblem}`);
      else this.handlers[kind].push({ name, call: callerOf(instance, method) });
    }
    return problems;
  }

  /** @returns what is wrong with a provider as the user resolver */
  private registerResolver({ type, instance, isSingleton }: HookProvider): string[] {
    if (!isUserResolver(type)) return [];
    const name = `${type.name}.resolve (@LogtoUserResolver())`;
    if (typeof (instance as { resolve?: unknown }).resolve !== 'function')
      return [`${name} is missing. Implement LocalUserResolver: resolve(claims, { credential, request }).`];
    if (!isSingleton) return [`${name} ${scopeProblem}`];
    this.resolvers.push({ name, type, call: callerOf(instance, 'resolve') });
    return [];
  }
}

const scopeProblem =
  'is of a provider that is request-scoped or transient, or injects one that is. Make it a singleton: the event has the ' +
  'request.';
