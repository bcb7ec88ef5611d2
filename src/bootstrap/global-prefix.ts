import { Injectable, RequestMethod } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import type { Application } from 'express';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { authRoutePaths } from '../routes/auth.controller.js';
import { BasePath } from '../session/base-path.js';

/** Keeps the module's routes out of the app's global prefix, so that they are where the registered addresses say. */
@Injectable()
export class GlobalPrefix {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly applicationConfig: ApplicationConfig,
    private readonly basePath: BasePath,
  ) {}

  excludeAuthRoutes(app: Application): void {
    if (this.basePath.endsWithGlobalPrefix(app)) return;
    const options = this.applicationConfig.getGlobalPrefixOptions();
    const own = authRoutePaths.map((route) => {
      const path = `/${this.options.authRoutesPrefix}/${route}`;
      return { path, requestMethod: RequestMethod.ALL, pathRegex: new RegExp(`^${path}/?$`, 'i') };
    });
    this.applicationConfig.setGlobalPrefixOptions({
      ...options,
      exclude: [...(options.exclude ?? []), ...own],
    });
  }
}
