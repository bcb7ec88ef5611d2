import { Injectable } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import type { Application, Request } from 'express';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { basePathOf } from '../options/resolve/base-path-of.js';
import { trimSlashes } from '../options/schema/trim-slashes.js';

/**
 * The path of `baseUrl`, and how much of it reaches the app. A proxy may strip all or part of it; the global prefix, and
 * the mount path in another Express app, stay in a request's `originalUrl`.
 */
@Injectable()
export class BasePath {
  /** As browsers see it, without a trailing slash: `/shop`, or the empty string. */
  readonly path: string;

  constructor(
    { client }: ResolvedLogtoOptions,
    private readonly applicationConfig: ApplicationConfig,
  ) {
    this.path = client ? basePathOf(client.baseUrl) : '';
  }

  /** The app's global prefix with a leading slash, or the empty string. Known once main.ts has set it. */
  get globalPrefix(): string {
    const prefix = trimSlashes(this.applicationConfig.getGlobalPrefix());
    return prefix && `/${prefix}`;
  }

  /**
   * Whether `baseUrl` ends with the global prefix. Then the module's routes are below the prefix, like the pages: without
   * it, they could only be reached if a proxy stripped the prefix, and then the pages could not.
   */
  endsWithGlobalPrefix(app: Application): boolean {
    const { globalPrefix } = this;
    return globalPrefix !== '' && this.endsWith(`${mountPathOf(app)}${globalPrefix}`);
  }

  /** The part of the path that requests are expected to have when they reach the app. No request has shown it yet. */
  pathReachingApp(app: Application): string {
    const kept = `${mountPathOf(app)}${this.prefixOfRoutes(app)}`;
    return this.endsWith(kept) ? kept : '';
  }

  /** The part of the path that a proxy is expected to strip. No request has shown it yet. */
  pathStrippedByProxy(app: Application): string {
    return this.path.slice(0, this.path.length - this.pathReachingApp(app).length);
  }

  /** The prefix of the module's routes in the app's own router: the global prefix, or the empty string. */
  prefixOfRoutes(app: Application): string {
    return this.endsWithGlobalPrefix(app) ? this.globalPrefix : '';
  }

  /**
   * Whether a request's path is that of one of the module's routes. Reads the global prefix at each request, because
   * main.ts sets it late.
   * @param route with a slash at the start and none at the end
   */
  isRoute(requested: string, route: string): boolean {
    const plain = requested.replace(/\/$/, '').toLowerCase();
    return [route, `${this.globalPrefix}${route}`].some((path) => plain === path.toLowerCase());
  }

  /** The part of the path that a proxy has stripped from a request: browsers see it in front of `originalUrl`. */
  strippedFrom(request: Pick<Request, 'originalUrl' | 'url'>): string {
    const mounted = mountPathIn(request);
    const kept = [`${mounted}${this.globalPrefix}`, mounted].find(
      (path) => path !== '' && this.endsWith(path),
    );
    return this.path.slice(0, this.path.length - (kept ?? '').length);
  }

  private endsWith(path: string): boolean {
    // Express ignores case.
    return this.path.toLowerCase().endsWith(path.toLowerCase());
  }
}

/** The mount path in another Express app; the empty string if there is none yet, or if it is a pattern. */
function mountPathOf(app: Application): string {
  const path = app.path();
  return path.startsWith('/') && path !== '/' ? path.replace(/\/+$/, '') : '';
}

/** The part of a request's path that Express has stripped. */
function mountPathIn({ originalUrl, url }: Pick<Request, 'originalUrl' | 'url'>): string {
  const [original = '', rest = ''] = [originalUrl, url].map((address) => address.split('?', 1)[0]);
  if (original === rest) return '';
  if (rest === '/') return original.replace(/\/+$/, '');
  return original.endsWith(rest) ? original.slice(0, original.length - rest.length) : '';
}
