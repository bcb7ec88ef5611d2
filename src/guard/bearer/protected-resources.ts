import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { protectedResourcesOf } from '../../options/protected-resources-of.js';
import { withoutUndefined } from '../../options/without-undefined.js';
import { BasePath } from '../../request/base-path.js';
import type { Requirement } from '../requirements/requirement.js';

const wellKnownPath = '/.well-known/oauth-protected-resource';

/** An audience of the API that has metadata. */
interface ProtectedResource {
  /** As in `api.audience`: clients compare it character by character. */
  readonly indicator: string;
  /** Its path without a trailing slash: `/mcp`, or the empty string. */
  readonly path: string;
  readonly scopes: Set<string>;
}

/** The protected resource metadata (RFC 9728) of the audiences of this API. There is none without `api.metadata`. */
@Injectable()
export class ProtectedResources {
  private readonly resources: readonly ProtectedResource[];

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly basePath: BasePath,
  ) {
    const { api } = options;
    const found = api?.metadata ? protectedResourcesOf(api.audiences) : [];
    const all = found.map((indicator) => ({ indicator, path: pathOf(indicator), scopes: new Set<string>() }));
    this.resources = all.filter(({ path }, index) => all.findIndex((one) => one.path === path) === index);
  }

  /** The routes of the documents: one for each resource, and the plain well-known path (RFC 9728 section 3.1). */
  get routePaths(): string[] {
    const paths = this.resources.map(({ path }) => `${wellKnownPath}${literal(path)}`);
    return paths.length === 0 ? [] : [...new Set([wellKnownPath, ...paths])];
  }

  /** Adds the scopes that a handler requires of a bearer token. Scopes without a resource count for every resource. */
  addScopes(requirements: readonly Requirement[]): void {
    for (const requirement of requirements) {
      if (requirement.kind !== 'scopes') continue;
      for (const { indicator, scopes } of this.resources) {
        if ((requirement.resource ?? indicator) !== indicator) continue;
        for (const name of requirement.names) scopes.add(name);
      }
    }
  }

  /**
   * The document that a request to one of the routes is for.
   * @param requested the path of the request
   */
  documentAt(requested: string): Record<string, unknown> | undefined {
    const { pathname } = new URL(requested, 'http://localhost');
    const path = pathname.slice(pathname.toLowerCase().indexOf(wellKnownPath) + wellKnownPath.length);
    const resource = this.resourceAt(path.replace(/\/$/, '').toLowerCase());
    return resource && this.documentOf(resource);
  }

  /**
   * The absolute URL of the metadata for a request: that of the resource whose path the request is below. It begins with
   * `baseUrl`, else with the origin of the resource, and never depends on the `Host` header.
   */
  metadataUrl(request: Pick<Request, 'originalUrl' | 'url'>): string | undefined {
    if (this.resources.length === 0) return undefined;
    const [requested = ''] = `${this.basePath.strippedFrom(request)}${request.originalUrl}`.split('?', 1);
    const [resource = this.resourceAt('')] = this.resources
      .filter(({ path }) => `${requested}/`.toLowerCase().startsWith(`${path}/`.toLowerCase()))
      .toSorted((one, other) => other.path.length - one.path.length);
    return resource && `${this.baseOf(resource)}${wellKnownPath}${resource.path}`;
  }

  /** The resource with a path. Clients that do not know the path request the plain well-known one. */
  private resourceAt(path: string): ProtectedResource | undefined {
    const resource = this.resources.find((one) => one.path.toLowerCase() === path);
    return resource ?? (path === '' ? this.resources[0] : undefined);
  }

  /** The URL before the well-known path. The metadata is outside of the global prefix, but a proxy strips the rest. */
  private baseOf({ indicator }: ProtectedResource): string {
    const { client } = this.options;
    const { path, globalPrefix } = this.basePath;
    const prefix = path.endsWith(globalPrefix) ? path.slice(0, path.length - globalPrefix.length) : path;
    return client ? `${new URL(client.baseUrl).origin}${prefix}` : new URL(indicator).origin;
  }

  private documentOf({ indicator, scopes }: ProtectedResource): Record<string, unknown> {
    const { resourceName, documentation, policyUri, tosUri } = this.options.api?.metadata ?? {};
    return withoutUndefined({
      resource: indicator,
      authorization_servers: [this.options.issuer],
      scopes_supported: scopes.size === 0 ? undefined : [...scopes].toSorted(),
      bearer_methods_supported: ['header'],
      resource_name: resourceName,
      resource_documentation: documentation,
      resource_policy_uri: policyUri,
      resource_tos_uri: tosUri,
    });
  }
}

function pathOf(indicator: string): string {
  return new URL(indicator).pathname.replace(/\/+$/, '');
}

/** Escapes the characters that have a meaning in the path of a route. */
function literal(path: string): string {
  return path.replace(/[{}()[\]+?!:*\\]/g, String.raw`\$&`);
}
