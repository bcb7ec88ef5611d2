import { Injectable } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import type { Application } from 'express';
import { ProtectedResources } from '../guard/bearer/protected-resources.js';
import { excludeFromGlobalPrefix } from '../nest/exclude-from-global-prefix.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { authRoutePaths } from '../routes/auth.controller.js';
import { BasePath } from '../request/base-path.js';

/** Excludes the module's routes from the app's global prefix, so that they match the URLs registered at Logto. */
@Injectable()
export class GlobalPrefixExclusion {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly applicationConfig: ApplicationConfig,
    private readonly basePath: BasePath,
    private readonly resources: ProtectedResources,
  ) {}

  /** @param app `undefined` on Fastify, where the module only has the routes of the metadata */
  excludeRoutes(app: Application | undefined): void {
    // Clients look for the metadata at the root of the host.
    excludeFromGlobalPrefix(this.applicationConfig, this.resources.routePaths);
    if (!app || this.basePath.endsWithGlobalPrefix(app)) return;
    const { authRoutesPrefix, webhooks } = this.options;
    const paths = authRoutePaths.map((route) => `/${authRoutesPrefix}/${route}`);
    if (webhooks) paths.push(`/${webhooks.path}`);
    excludeFromGlobalPrefix(this.applicationConfig, paths);
  }
}
