import { Injectable, Logger, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { LogtoSetupException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { classesOf } from '../nest/classes-of.js';
import { guardsGatewaysGlobally } from '../nest/guards-gateways-globally.js';
import { guardsGraphqlFields } from '../nest/guards-graphql-fields.js';
import { isGateway, isGatewayHook, isMessageHandler } from '../nest/handler-kind.js';
import { ProtectedResources } from '../guard/bearer/protected-resources.js';
import { hasLogtoGuard, isLogtoGuard } from '../guard/policy/guard-metadata.js';
import { GuardedRouteReader } from '../guard/guarded-route.js';
import { handlersOf, type AppHandler } from './app-handler.js';
import { StepUpCheck } from './step-up-check.js';
import { impossibleRequirements } from './impossible-requirements.js';
import { enforcementGap, possibleEnforcementGaps, type AppGuards } from './enforcement-gap.js';

/**
 * Checks the requirements of all routes at startup. A requirement that no guard enforces is an error, because the route
 * looks protected and is not. Requirements that nobody can meet are logged.
 */
@Injectable()
export class RequirementReport implements OnApplicationBootstrap {
  private readonly logger = new Logger('LogtoModule');

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly discovery: DiscoveryService,
    private readonly modules: ModulesContainer,
    private readonly applicationConfig: ApplicationConfig,
    private readonly adapterHost: HttpAdapterHost,
    private readonly routes: GuardedRouteReader,
    private readonly resources: ProtectedResources,
    private readonly stepUp: StepUpCheck,
  ) {}

  /** @throws LogtoSetupException `authorization_not_enforced` */
  onApplicationBootstrap(): void {
    const guards = this.appGuards();
    const types = classesOf(this.discovery);
    const handlers = types.flatMap((type) => handlersOf(type));
    for (const handler of handlers) {
      if (isGatewayHook(handler.type, handler.name)) continue;
      this.addScopes(handler);
      for (const gap of possibleEnforcementGaps(handler, guards)) this.logger.warn(gap);
      for (const reason of impossibleRequirements(this.options, handler))
        this.logger.error(`${handler.fullName} ${reason}`);
    }
    if (guards.global && !guards.gateways) this.warnAboutGateways(types);
    this.reportGaps(handlers, guards);
    this.checkStepUp(handlers);
  }

  private reportGaps(handlers: readonly AppHandler[], guards: AppGuards): void {
    const gaps = handlers.flatMap((handler) => {
      const gap = this.isReached(handler) ? enforcementGap(handler, guards) : undefined;
      return gap === undefined ? [] : [`\n  - ${handler.fullName}: ${gap}`];
    });
    if (gaps.length === 0) return;
    const list = gaps.join('');
    if (this.options.allowUnenforcedRequirements) {
      this.logger.warn(`No guard enforces these requirements, so anyone can call these handlers:${list}`);
      return;
    }
    throw new LogtoSetupException(
      'authorization_not_enforced',
      `LogtoModule cannot start: no guard enforces these requirements, so everybody would get access:${list}\n` +
        'A guard for the whole app is `{ provide: APP_GUARD, useClass: LogtoGuard }`; one that main.ts adds by ' +
        'useGlobalGuards() is missing in a test. Set `allowUnenforcedRequirements: true` to start anyway.',
    );
  }

  /** Adds the scopes of a handler that accepts bearer tokens to the protected resource metadata. */
  private addScopes({ type, method, policy }: AppHandler): void {
    if (!this.options.api?.metadata) return;
    const accepted = this.routes.read(type, method)?.accepted ?? [];
    if (accepted.some((credentials) => credentials.includes('bearer')))
      this.resources.addScopes(policy.requirements);
  }

  private warnAboutGateways(types: readonly Type[]): void {
    for (const type of types.filter((one) => isGateway(one) && !hasLogtoGuard(one))) {
      this.logger.warn(
        `Nest 11 applies no global guard to gateways, so yours does not guard ${type.name}. Add @UseGuards(LogtoGuard) to it.`,
      );
    }
  }

  private checkStepUp(handlers: readonly AppHandler[]): void {
    const required = handlers.flatMap(({ policy, fullName }) =>
      (policy.authentication?.acrs ?? []).map((acr): [string, string] => [acr, fullName]),
    );
    this.stepUp.run(new Map(required));
  }

  /** Whether a handler is called. An application context, such as a script's, has no HTTP requests and no guards of main.ts. */
  private isReached({ method }: AppHandler): boolean {
    return Boolean(this.adapterHost.httpAdapter) || isMessageHandler(method);
  }

  private appGuards(): AppGuards {
    const overridden = this.overriddenGuards();
    return {
      global:
        this.routes.globalGuards.length > 0 ||
        this.applicationConfig.getGlobalGuards().some((guard) => overridden.has(guard)),
      gateways: guardsGatewaysGlobally(this.applicationConfig),
      fields: guardsGraphqlFields(this.modules),
    };
  }

  /** The instances with which a test overrides a guard: `overrideProvider(LogtoGuard)`. */
  private overriddenGuards(): ReadonlySet<unknown> {
    const guards = this.discovery.getProviders().filter(({ token }) => isLogtoGuard(token));
    return new Set(guards.map(({ instance }): unknown => instance));
  }
}
