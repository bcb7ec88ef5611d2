import { Inject, Injectable, Logger, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { accessOf, requirementsOf } from './access-plans.js';
import { isGuarded, isLogtoGuard } from './guarded.js';
import { LOGTO_OPTIONS } from '../logto.module-definition.js';
import type { ResolvedLogtoOptions } from '../logto.options-resolved.js';
import { methodsOf, type Method } from '../user/methods-of.js';
import { LogtoGuard } from './logto.guard.js';
import { unmetByOptions } from './unmet-by-options.js';

/* Metadata and a token of Nest's packages that have no public name. */
const gatewayMetadata = 'websockets:is_gateway';
const fieldMetadata = 'graphql:resolve_property';
const graphqlOptions = 'GqlModuleOptions';
const messageMetadata = 'microservices:pattern';

/** Methods of a gateway that Nest calls by itself, with no guard before them. */
const gatewayHooks: ReadonlySet<string> = new Set(['handleConnection', 'handleDisconnect', 'afterInit']);

/** Says at start which requirements nobody enforces, for such a route stands open and looks closed, and which nobody can meet. */
@Injectable()
export class RequirementReport implements OnApplicationBootstrap {
  private readonly logger = new Logger('LogtoModule');

  constructor(
    @Inject(LOGTO_OPTIONS) private readonly options: Pick<ResolvedLogtoOptions, 'api' | 'client' | 'scopes'>,
    private readonly modules: ModulesContainer,
    private readonly applicationConfig: ApplicationConfig,
  ) {}

  onApplicationBootstrap(): void {
    const classes = this.classes();
    const everywhere = this.isGuardedGlobally();
    const fieldsAreGuarded = this.guardsFields();
    for (const type of classes) {
      for (const [name, method] of methodsOf(type)) {
        if (gatewayHooks.has(name) && Reflect.hasMetadata(gatewayMetadata, type)) {
          this.lookForHooks(type, name, method);
          continue;
        }
        this.look(type, name, method, everywhere);
        for (const unmet of unmetByOptions(this.options, type, method))
          this.logger.error(`${type.name}.${name} ${unmet}`);
        if (!fieldsAreGuarded) this.lookForFields(type, name, method);
      }
    }
    if (everywhere && !guardsGatewaysGlobally(this.applicationConfig)) this.remarkOnGateways(classes);
  }

  private look(type: Type, name: string, method: Method, everywhere: boolean): void {
    const required = [...requirementsOf(type), ...requirementsOf(method)];
    if (required.length === 0) return;
    const place = `${type.name}.${name}`;
    const isMessage = Reflect.hasMetadata(messageMetadata, method);
    if (everywhere && isMessage && !isGuarded(type) && !isGuarded(method)) {
      this.logger.warn(
        `${place} has a requirement, and a guard of the whole app reaches a message handler only where it is connected ` +
          'with `inheritAppConfig: true`: otherwise everybody passes. Add @UseGuards(LogtoGuard).',
      );
    }
    if (!everywhere && !isGuarded(type) && !isGuarded(method)) {
      // A method of a decorated class that is no handler has no metadata of its own, and nothing to guard.
      if (requirementsOf(method).length === 0 && Reflect.getMetadataKeys(method).length === 0) return;
      this.logger.error(
        `${place} has a requirement, and no guard that enforces it: everybody passes. ` +
          'Add @UseGuards(LogtoGuard) or @UseGuards(LogtoApiGuard).',
      );
    }
    const { requirements } = accessOf(type, method);
    const needsOrganization = requirements.some(
      ({ kind }) => kind === 'organizationRoles' || kind === 'organizationScopes',
    );
    if (needsOrganization && !requirements.some(({ kind }) => kind === 'organization')) {
      this.logger.error(
        `${place} requires something of an organization and names none: nobody passes. Add @RequireOrganization({ param: "orgId" }).`,
      );
    }
  }

  private lookForHooks(type: Type, name: string, method: Method): void {
    if (requirementsOf(method).length === 0 && !isGuarded(method)) return;
    this.logger.error(
      `${type.name}.${name} is guarded, and Nest runs no guard when a socket opens or closes: everybody passes. ` +
        'Guard the messages, or ask LogtoService in it.',
    );
  }

  private lookForFields(type: Type, name: string, method: Method): void {
    if (!Reflect.hasMetadata(fieldMetadata, method)) return;
    const remedy =
      'and @nestjs/graphql runs no guard for a field: everybody passes. Give GraphQLModule `fieldResolverEnhancers: ["guards"]`.';
    const place = `${type.name}.${name}`;
    if (requirementsOf(method).length > 0 || isGuarded(method)) {
      this.logger.error(`${place} is guarded, ${remedy}`);
    } else if (requirementsOf(type).length > 0 || isGuarded(type)) {
      // It may well be reached by guarded queries alone.
      this.logger.warn(`The class of ${place} is guarded, ${remedy}`);
    }
  }

  private remarkOnGateways(classes: readonly Type[]): void {
    const open = classes.filter((type) => Reflect.hasMetadata(gatewayMetadata, type) && !isGuarded(type));
    for (const { name } of open) {
      this.logger.warn(
        `Nest 11 applies no global guard to gateways, so yours does not guard ${name}. Add @UseGuards(LogtoGuard) to it.`,
      );
    }
  }

  private isGuardedGlobally(): boolean {
    const requestScoped = this.applicationConfig.getGlobalRequestGuards().map(({ metatype }) => metatype);
    return (
      this.applicationConfig.getGlobalGuards().some((guard) => guard instanceof LogtoGuard) ||
      requestScoped.some((type) => isLogtoGuard(type))
    );
  }

  private guardsFields(): boolean {
    return [...this.modules.values()].some(({ providers }) => {
      const options: unknown = providers.get(graphqlOptions)?.instance;
      const { fieldResolverEnhancers = [] } = (options ?? {}) as { fieldResolverEnhancers?: string[] };
      return fieldResolverEnhancers.includes('guards');
    });
  }

  private classes(): Type[] {
    const found = new Set<Type>();
    for (const module of this.modules.values()) {
      for (const { metatype } of [...module.controllers.values(), ...module.providers.values()]) {
        if (typeof metatype === 'function' && metatype.prototype) found.add(metatype as Type);
      }
    }
    return [...found];
  }
}

/**
 * Nest 12 does, by what only its configuration can. To read the version from Nest's package.json would take
 * `import.meta`, which no compiler turns into CommonJS, as Jest does with this package in CommonJS projects.
 */
function guardsGatewaysGlobally(configuration: ApplicationConfig): boolean {
  return 'registerPreRequestHook' in configuration;
}
