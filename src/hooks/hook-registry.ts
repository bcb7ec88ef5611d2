import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { LogtoSetupException } from '../logto.exceptions.js';
import { decoratedHandlersOf } from './decorated-handlers-of.js';
import { hookDecorators, hookKindsOf, type HookKind } from './hook-metadata.js';
import { callerOf, hookProvidersOf, type HookHandler, type HookProvider } from './hook-provider.js';
import { isUserResolver } from './logto-user-resolver.decorator.js';

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
    const providers = hookProvidersOf(this.discovery);
    const problems = [
      ...this.registerHooks(providers),
      ...providers.flatMap((provider) => this.registerResolver(provider)),
    ];
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

  /** @returns what is wrong with the hooks */
  private registerHooks(providers: readonly HookProvider[]): string[] {
    const problems: string[] = [];
    const found = decoratedHandlersOf(providers, hookKindsOf);
    for (const { name: method, metadata: kinds, isSingleton, call } of found) {
      const name = `${method} (${kinds.map((kind) => hookDecorators[kind]).join(' and ')})`;
      if (kinds.length > 1) problems.push(`${name} would get different events. Use a method for each.`);
      else if (!isSingleton) problems.push(`${name} ${scopeProblem}`);
      else this.handlers[kinds[0]].push({ name, call });
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
