import { Injectable, Logger, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { LogtoSetupException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { guardsGatewaysGlobally } from '../nest/guards-gateways-globally.js';
import { guardsGraphqlFields } from '../nest/guards-graphql-fields.js';
import { isGateway, isGatewayHook, isGraphqlField, isMessageHandler } from '../nest/handler-kind.js';
import { decoratedMethodsOf, type Method } from '../nest/decorated-methods-of.js';
import { accessPolicyOf, requirementsOf } from '../guard/policy/access-policy.js';
import { ProtectedResources } from '../guard/bearer/protected-resources.js';
import { hasLogtoGuard, isLogtoGuard } from '../guard/policy/guard-metadata.js';
import type { Requirement } from '../guard/requirements/requirement.js';
import { GuardedRouteReader } from '../guard/guarded-route.js';
import { StepUpCheck } from './step-up-check.js';
import { impossibleRequirements } from './impossible-requirements.js';
import { enforcementGap, hasGuard, type AppGuards } from './enforcement-gap.js';

/**
 * Checks the requirements of all routes at startup. A requirement that no guard enforces is an error, because the route
 * looks protected and is not. Requirements that nobody can meet are logged.
 */
@Injectable()
export class RequirementReport implements OnApplicationBootstrap {
  private readonly logger = new Logger('LogtoModule');

  constructor(
    private readonly options: ResolvedLogtoOptions,
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
    const gaps: string[] = [];
    const acrs = new Map<string, string>();
    for (const type of this.classes()) {
      for (const [name, method] of decoratedMethodsOf(type)) {
        const handler = `${type.name}.${name}`;
        const gap = this.isReached(method) ? enforcementGap(type, name, method, guards) : undefined;
        if (gap !== undefined) gaps.push(`${handler}: ${gap}`);
        const { authentication, requirements } = accessPolicyOf(type, method);
        for (const acr of authentication?.acrs ?? []) acrs.set(acr, handler);
        if (isGatewayHook(type, name)) continue;
        this.addScopes(type, method, requirements);
        this.warnAboutHandler(type, handler, method, guards);
      }
      if (guards.global && !guards.gateways && isGateway(type) && !hasLogtoGuard(type))
        this.warnAboutGateway(type);
    }
    if (gaps.length > 0) this.reportGaps(gaps);
    this.stepUp.run(acrs);
  }

  private reportGaps(gaps: readonly string[]): void {
    const list = gaps.map((line) => `\n  - ${line}`).join('');
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

  /** Adds the scopes of a handler that accepts bearer tokens to the protected resource metadata. */
  private addScopes(type: Type, method: Method, requirements: readonly Requirement[]): void {
    if (!this.options.api?.metadata) return;
    const accepted = this.routes.read(type, method)?.accepted ?? [];
    if (accepted.some((credentials) => credentials.includes('bearer')))
      this.resources.addScopes(requirements);
  }

  /** Logs requirements of a handler that may let everybody pass, or nobody. */
  private warnAboutHandler(type: Type, handler: string, method: Method, { global, fields }: AppGuards): void {
    const required = [...requirementsOf(type), ...requirementsOf(method)];
    if (global && required.length > 0 && isMessageHandler(method) && !hasGuard(type) && !hasGuard(method)) {
      this.logger.warn(
        `${handler} has a requirement, but global guards only run for messages with \`inheritAppConfig: true\`: otherwise ` +
          'everybody gets access. Add @UseGuards(LogtoGuard).',
      );
    }
    const { requirements } = accessPolicyOf(type, method);
    const needsOrganization = requirements.some(
      ({ kind }) => kind === 'organizationRoles' || kind === 'organizationScopes',
    );
    if (needsOrganization && !requirements.some(({ kind }) => kind === 'organization')) {
      this.logger.error(
        `${handler} requires roles or permissions in an organization, but names none, so nobody gets access. Add ` +
          '@RequireOrganization({ param: "orgId" }).',
      );
    }
    for (const reason of impossibleRequirements(this.options, type, method))
      this.logger.error(`${handler} ${reason}`);
    // Only a warning: perhaps all queries that return the field are guarded.
    const isOnlyInGuardedClass =
      requirementsOf(method).length === 0 &&
      !hasLogtoGuard(method) &&
      (requirementsOf(type).length > 0 || hasLogtoGuard(type));
    if (!fields && isGraphqlField(method) && isOnlyInGuardedClass) {
      this.logger.warn(
        `The class of ${handler} is guarded, but @nestjs/graphql runs no guards for fields, so everybody gets access. Give ` +
          'GraphQLModule `fieldResolverEnhancers: ["guards"]`.',
      );
    }
  }

  private warnAboutGateway({ name }: Type): void {
    this.logger.warn(
      `Nest 11 applies no global guard to gateways, so yours does not guard ${name}. Add @UseGuards(LogtoGuard) to it.`,
    );
  }

  /** Whether a method is called. An application context, such as a script's, has no HTTP requests and no guards of main.ts. */
  private isReached(method: Method): boolean {
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
    const providers = [...this.modules.values()].flatMap((module) => [...module.providers]);
    return new Set(providers.flatMap(([token, { instance }]) => (isLogtoGuard(token) ? [instance] : [])));
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
