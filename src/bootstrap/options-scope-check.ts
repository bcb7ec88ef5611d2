import {
  Injectable,
  type InjectionToken,
  type OnModuleInit,
  type OptionalFactoryDependency,
} from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { LogtoSetupException } from '../logto.exceptions.js';
import { isRequestScoped } from '../nest/is-singleton.js';
import { MODULE_OPTIONS_TOKEN } from '../logto.module-definition.js';

/** Rejects request-scoped options: Nest would create the module for each request, and mount nothing at startup. */
@Injectable()
export class OptionsScopeCheck implements OnModuleInit {
  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws LogtoSetupException `invalid_options`, with the names of the request-scoped dependencies */
  onModuleInit(): void {
    const scoped = this.providersOf(MODULE_OPTIONS_TOKEN).find((provider) => isRequestScoped(provider));
    if (!scoped) return;
    const names = (scoped.inject ?? [])
      .map((dependency) => tokenOf(dependency))
      .filter((token) => this.providersOf(token).some((provider) => isRequestScoped(provider)))
      .map((token) => (typeof token === 'function' ? token.name : String(token)));
    throw new LogtoSetupException(
      'invalid_options',
      'LogtoModule reads its options once, at startup, but these options are request-scoped: their factory injects ' +
        `${names.join(' and ')}, which is request-scoped or depends on a request-scoped provider. Inject singletons, such as ` +
        'ConfigService. Pass what differs by request or tenant to `LogtoService.signIn(request, { … })`.',
    );
  }

  private providersOf(token: InjectionToken): ReturnType<DiscoveryService['getProviders']> {
    return this.discovery.getProviders().filter((provider) => provider.token === token);
  }
}

function tokenOf(dependency: InjectionToken | OptionalFactoryDependency): InjectionToken {
  return typeof dependency === 'object' && 'token' in dependency ? dependency.token : dependency;
}
