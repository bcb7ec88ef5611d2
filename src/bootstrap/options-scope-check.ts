import {
  Injectable,
  type InjectionToken,
  type OnModuleInit,
  type OptionalFactoryDependency,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { LogtoSetupException } from '../logto.exceptions.js';
import { MODULE_OPTIONS_TOKEN } from '../logto.module-definition.js';

/** Rejects request-scoped options: Nest would create the module for each request, and mount nothing at startup. */
@Injectable()
export class OptionsScopeCheck implements OnModuleInit {
  constructor(private readonly modules: ModulesContainer) {}

  /** @throws LogtoSetupException `invalid_options`, with the names of the request-scoped dependencies */
  onModuleInit(): void {
    const wrappers = [...this.modules.values()].flatMap(
      ({ providers }) => providers.get(MODULE_OPTIONS_TOKEN) ?? [],
    );
    const scoped = wrappers.find((wrapper) => !wrapper.isDependencyTreeStatic());
    if (!scoped) return;
    const names = (scoped.inject ?? [])
      .map((dependency) => tokenOf(dependency))
      .filter((token) => this.isRequestScoped(token))
      .map((token) => (typeof token === 'function' ? token.name : String(token)));
    throw new LogtoSetupException(
      'invalid_options',
      'LogtoModule reads its options once, at startup, but these options are request-scoped: their factory injects ' +
        `${names.join(' and ')}, which is request-scoped or depends on a request-scoped provider. Inject singletons, such as ` +
        'ConfigService. Pass what differs by request or tenant to `LogtoService.signIn(request, { … })`.',
    );
  }

  private isRequestScoped(token: InjectionToken): boolean {
    return [...this.modules.values()].some(
      ({ providers }) => providers.get(token)?.isDependencyTreeStatic() === false,
    );
  }
}

function tokenOf(dependency: InjectionToken | OptionalFactoryDependency): InjectionToken {
  return typeof dependency === 'object' && 'token' in dependency ? dependency.token : dependency;
}
