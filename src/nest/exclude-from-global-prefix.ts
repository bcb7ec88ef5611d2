import { RequestMethod } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';

/**
 * Excludes routes from the app's global prefix, in addition to those that main.ts excludes.
 *
 * Undocumented: the `GlobalPrefixOptions` of Nest's `ApplicationConfig`, with a `pathRegex` for each route. This can go
 * when a module can exclude its own routes.
 * @param paths with a slash at the start and none at the end
 */
export function excludeFromGlobalPrefix(configuration: ApplicationConfig, paths: readonly string[]): void {
  const options = configuration.getGlobalPrefixOptions();
  const routes = paths.map((path) => ({
    path,
    requestMethod: RequestMethod.ALL,
    pathRegex: new RegExp(`^${path.replace(/[^\w/-]/g, '\\$&')}/?$`, 'i'),
  }));
  configuration.setGlobalPrefixOptions({ ...options, exclude: [...(options.exclude ?? []), ...routes] });
}
