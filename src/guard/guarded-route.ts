import { Injectable, type ExecutionContext, type Type } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, ModuleRef } from '@nestjs/core';
import { controllersOf } from '../nest/classes-of.js';
import { decoratedMethodsOf, type Method } from '../nest/decorated-methods-of.js';
import type { Credential } from '../options/credential.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { AccessPolicyReader, type AccessPolicy } from './policy/access-policy.js';
import { logtoGuardsIn, logtoGuardsOf } from './policy/guard-metadata.js';
import { LogtoApiGuard } from './logto-api.guard.js';
import { LogtoGuard } from './logto.guard.js';
import { defaultResource } from './requirements/default-resource.js';

/** A route that a guard of this library protects. */
export interface GuardedRoute {
  /** The credentials that each guard accepts and the options allow. A request has to pass every guard. */
  readonly accepted: readonly (readonly Credential[])[];
  readonly policy: AccessPolicy;
}

/** Reads at startup what the guards of a route require, from the policies and guards that decide on requests. */
@Injectable()
export class GuardedRouteReader {
  constructor(
    private readonly policies: AccessPolicyReader,
    private readonly options: ResolvedLogtoOptions,
    private readonly applicationConfig: ApplicationConfig,
    private readonly moduleRef: ModuleRef,
    private readonly discovery: DiscoveryService,
  ) {}

  /** @returns `undefined` for a public route, and for one without a guard of this library */
  read(type: Type, method: Method): GuardedRoute | undefined {
    const context = new RouteContext(type, method);
    const policy = this.policies.read(context);
    const guards = new Set([...this.globalGuards, ...logtoGuardsOf(type), ...logtoGuardsOf(method)]);
    if (policy.access === 'public' || guards.size === 0) return undefined;
    const accepted = [...guards].map((guard) =>
      (policy.route.accept ?? this.credentialsOf(guard, context)).filter((credential) =>
        this.isPossible(credential),
      ),
    );
    return { accepted, policy };
  }

  /** The scopes of a resource that the routes of all controllers require. */
  requiredScopes(resource: string): string[] {
    const routes = controllersOf(this.discovery).flatMap((type) =>
      decoratedMethodsOf(type).map(([, method]) => this.read(type, method)),
    );
    const requirements = routes.flatMap((route) => route?.policy.requirements ?? []);
    const names = requirements.flatMap((requirement) =>
      requirement.kind === 'scopes' && (requirement.resource ?? defaultResource(this.options)) === resource
        ? requirement.names
        : [],
    );
    return [...new Set(names)].toSorted();
  }

  /** The guards of this library that run for the whole app, by themselves or called by a guard of the app. */
  get globalGuards(): unknown[] {
    const instances = this.applicationConfig.getGlobalGuards().map((guard) => guard.constructor);
    const requestScoped = this.applicationConfig.getGlobalRequestGuards().map(({ metatype }) => metatype);
    return logtoGuardsIn([...instances, ...requestScoped]);
  }

  /** The credentials that a guard accepts. If a subclass needs the request to decide, its base class decides. */
  private credentialsOf(guard: unknown, context: ExecutionContext): readonly Credential[] {
    const type = guard as Type<LogtoGuard>;
    try {
      return this.moduleRef.get(type, { strict: false })['credentials'](context);
    } catch {
      const isForApis = type === LogtoApiGuard || type.prototype instanceof LogtoApiGuard;
      return isForApis ? ['bearer'] : ['session'];
    }
  }

  private isPossible(credential: Credential): boolean {
    return Boolean(credential === 'bearer' ? this.options.api : this.options.client);
  }
}

/** The context of a handler outside of a request. */
class RouteContext implements ExecutionContext {
  constructor(
    private readonly type: Type,
    private readonly method: Method,
  ) {}

  getClass<T>(): Type<T> {
    return this.type as Type<T>;
  }

  getHandler(): Method {
    return this.method;
  }

  getType<T extends string>(): T {
    return 'http' as T;
  }

  getArgs = noRequest;
  getArgByIndex = noRequest;
  switchToHttp = noRequest;
  switchToRpc = noRequest;
  switchToWs = noRequest;
}

function noRequest(): never {
  throw new TypeError('There is no request.');
}
