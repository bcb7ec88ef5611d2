import { Injectable } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import type { Application, Request } from 'express';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { trimSlashes } from '../options/options-problems.js';

/**
 * The path of `baseUrl`, and how much of it reaches the app: a proxy may strip it, or a part of it, while the global
 * prefix, and an app that has this one below it, leave it in a request's `originalUrl`.
 */
@Injectable()
export class BasePath {
  /** As browsers see it, without slash at its end: `/shop`, or nothing. */
  readonly path: string;

  constructor(
    { client }: ResolvedLogtoOptions,
    private readonly applicationConfig: ApplicationConfig,
  ) {
    this.path = client ? new URL(client.baseUrl).pathname.replace(/\/+$/, '') : '';
  }

  /** The app's global prefix with a slash before it, or nothing. Known once main.ts has set it. */
  get globalPrefix(): string {
    const prefix = trimSlashes(this.applicationConfig.getGlobalPrefix());
    return prefix && `/${prefix}`;
  }

  /**
   * Whether `baseUrl` ends with the global prefix. The module's routes are then below it, as the pages are: outside of
   * it they would be found only if a proxy stripped the prefix, and then the pages would not.
   */
  endsWithGlobalPrefix(app: Application): boolean {
    const { globalPrefix } = this;
    return globalPrefix !== '' && this.endsWith(`${mountPathOf(app)}${globalPrefix}`);
  }

  /** What of it is expected in the paths that reach an app, before a request has shown it. */
  reaching(app: Application): string {
    const left = `${mountPathOf(app)}${this.prefixOfRoutes(app)}`;
    return this.endsWith(left) ? left : '';
  }

  /** What of it a proxy is expected to strip, before a request has shown it. */
  strippedBefore(app: Application): string {
    return this.path.slice(0, this.path.length - this.reaching(app).length);
  }

  /** What the paths of the module's routes begin with in the app's own router: the global prefix, or nothing. */
  prefixOfRoutes(app: Application): string {
    return this.endsWithGlobalPrefix(app) ? this.globalPrefix : '';
  }

  /** What of it a proxy has stripped from a request: it comes before `originalUrl` in what browsers see. */
  strippedFrom(request: Pick<Request, 'originalUrl' | 'url'>): string {
    const mounted = mountPathIn(request);
    const left = [`${mounted}${this.globalPrefix}`, mounted].find(
      (path) => path !== '' && this.endsWith(path),
    );
    return this.path.slice(0, this.path.length - (left ?? '').length);
  }

  private endsWith(path: string): boolean {
    // Express matches paths in any case.
    return this.path.toLowerCase().endsWith(path.toLowerCase());
  }
}

/** Where another Express app has this one below it; nothing before it does, or where it does so by a pattern. */
function mountPathOf(app: Application): string {
  const path = app.path();
  return path.startsWith('/') && path !== '/' ? path.replace(/\/+$/, '') : '';
}

/** What has been taken off the front of a request's address in this process. */
function mountPathIn({ originalUrl, url }: Pick<Request, 'originalUrl' | 'url'>): string {
  const [original = '', rest = ''] = [originalUrl, url].map((address) => address.split('?', 1)[0]);
  if (original === rest) return '';
  if (rest === '/') return original.replace(/\/+$/, '');
  return original.endsWith(rest) ? original.slice(0, original.length - rest.length) : '';
}
