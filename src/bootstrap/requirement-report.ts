import { Injectable, Logger, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { LogtoSetupException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { methodsOf, type Method } from '../nest/methods-of.js';
import { accessPolicyOf, requirementsOf } from '../guard/access-policy.js';
import { injectsLogtoGuard, hasLogtoGuard, isLogtoGuard } from '../guard/guard-metadata.js';
import { unmetByOptions } from './unmet-by-options.js';
import {
  hasGuard,
  isField,
  isGateway,
  isGatewayHook,
  isMessageHandler,
  whyUnenforced,
  type AppGuards,
} from './unenforced.js';

/** A token of @nestjs/graphql that has no public name. */
const graphqlOptions = 'GqlModuleOptions';

/**
 * Refuses to start where authorization is declared and nothing enforces it, for such a route stands open and looks
 * closed; and says which requirements nobody can meet.
 */
@Injectable()
export class RequirementReport implements OnApplicationBootstrap {
  private readonly logger = new Logger('LogtoModule');

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly modules: ModulesContainer,
    private readonly applicationConfig: ApplicationConfig,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** @throws LogtoSetupException `authorization_not_enforced` */
  onApplicationBootstrap(): void {
    const guards = this.appGuards();
    const open: string[] = [];
    for (const type of this.classes()) {
      for (const [name, method] of methodsOf(type)) {
        const place = `${type.name}.${name}`;
        const why = this.isReached(method) ? whyUnenforced(type, name, method, guards) : undefined;
        if (why !== undefined) open.push(`${place}: ${why}`);
        if (!isGatewayHook(type, name)) this.remarkOn(type, place, method, guards);
      }
      if (guards.everywhere && !guards.gateways && isGateway(type) && !hasLogtoGuard(type))
        this.remarkOnGateway(type);
    }
    if (open.length > 0) this.refuse(open);
  }

  private refuse(open: readonly string[]): void {
    const list = open.map((line) => `\n  - ${line}`).join('');
    if (this.options.allowUnenforcedRequirements) {
      this.logger.warn(`No guard enforces these requirements, so everybody gets access:${list}`);
      return;
    }
    throw new LogtoSetupException(
      'authorization_not_enforced',
      `LogtoModule cannot start: no guard enforces these requirements, so everybody would get access:${list}\n` +
        'A guard for the whole app is `{ provide: APP_GUARD, useClass: LogtoGuard }`; one that main.ts adds by ' +
        'useGlobalGuards() is missing in a test. Set `allowUnenforcedRequirements: true` to start anyway.',
    );
  }

  /** What is closed to everybody, or may be open. */
  private remarkOn(type: Type, place: string, method: Method, { everywhere, fields }: AppGuards): void {
    const required = [...requirementsOf(type), ...requirementsOf(method)];
    if (
      everywhere &&
      required.length > 0 &&
      isMessageHandler(method) &&
      !hasGuard(type) &&
      !hasGuard(method)
    ) {
      this.logger.warn(
        `${place} has a requirement, and a guard of the whole app reaches a message handler only where it is connected ` +
          'with `inheritAppConfig: true`: otherwise everybody passes. Add @UseGuards(LogtoGuard).',
      );
    }
    const { requirements } = accessPolicyOf(type, method);
    const needsOrganization = requirements.some(
      ({ kind }) => kind === 'organizationRoles' || kind === 'organizationScopes',
    );
    if (needsOrganization && !requirements.some(({ kind }) => kind === 'organization')) {
      this.logger.error(
        `${place} requires something of an organization and names none: nobody passes. Add @RequireOrganization({ param: "orgId" }).`,
      );
    }
    for (const unmet of unmetByOptions(this.options, type, method)) this.logger.error(`${place} ${unmet}`);
    // It may well be reached by guarded queries alone.
    const isOnlyInGuardedClass =
      requirementsOf(method).length === 0 &&
      !hasLogtoGuard(method) &&
      (requirementsOf(type).length > 0 || hasLogtoGuard(type));
    if (!fields && isField(method) && isOnlyInGuardedClass) {
      this.logger.warn(
        `The class of ${place} is guarded, but @nestjs/graphql runs no guards for fields, so everybody gets access. Give ` +
          'GraphQLModule `fieldResolverEnhancers: ["guards"]`.',
      );
    }
  }

  private remarkOnGateway({ name }: Type): void {
    this.logger.warn(
      `Nest 11 applies no global guard to gateways, so yours does not guard ${name}. Add @UseGuards(LogtoGuard) to it.`,
    );
  }

  /** An application context, as of a script, answers no requests, and does not know the global guards of main.ts. */
  private isReached(method: Method): boolean {
    return Boolean(this.adapterHost.httpAdapter) || isMessageHandler(method);
  }

  private appGuards(): AppGuards {
    const requestScoped = this.applicationConfig.getGlobalRequestGuards().map(({ metatype }) => metatype);
    const standIns = this.overriddenGuards();
    return {
      everywhere:
        this.applicationConfig
          .getGlobalGuards()
          .some((guard) => enforces(guard.constructor) || standIns.has(guard)) ||
        requestScoped.some((type) => enforces(type)),
      gateways: guardsGatewaysGlobally(this.applicationConfig),
      fields: this.guardsFields(),
    };
  }

  /** What a test has put in the place of a guard: `overrideProvider(LogtoGuard)`. */
  private overriddenGuards(): ReadonlySet<unknown> {
    const providers = [...this.modules.values()].flatMap((module) => [...module.providers]);
    return new Set(providers.flatMap(([token, { instance }]) => (isLogtoGuard(token) ? [instance] : [])));
  }

  private guardsFields(): boolean {
    return [...this.modules.values()].some(({ providers }) => {
      const options: unknown = providers.get(graphqlOptions)?.instance;
      const { fieldResolverEnhancers = [] } = (options ?? {}) as { fieldResolverEnhancers?: string[] };
      return fieldResolverEnhancers.includes('guards');
    });
  }

  private classes(): Set<Type> {
    const found = new Set<Type>();
    for (const module of this.modules.values()) {
      for (const { metatype } of [...module.controllers.values(), ...module.providers.values()]) {
        if (typeof metatype === 'function' && metatype.prototype) found.add(metatype as Type);
      }
    }
    return found;
  }
}

/** Whether a class is a guard of this library, or asks one. */
function enforces(type: unknown): boolean {
  return isLogtoGuard(type) || injectsLogtoGuard(type);
}

/**
 * Nest 12 does, by what only its configuration can. To read the version from Nest's package.json would take
 * `import.meta`, which no compiler turns into CommonJS, as Jest does with this package in CommonJS projects.
 */
function guardsGatewaysGlobally(configuration: ApplicationConfig): boolean {
  return 'registerPreRequestHook' in configuration;
}
