import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { LogtoErrorCode } from '../logto.error-codes.js';
import { LogtoUnauthenticatedException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { UnauthenticatedBehaviour } from '../options/logto-module-options.js';
import { BasePath } from '../session/base-path.js';
import { allowedReturnTo } from '../session/return-to.js';

/** Why a visitor has to sign in. */
export interface UnauthenticatedReason {
  cause?: unknown;
  code?: LogtoErrorCode;
  message?: string;
  publicMessage?: string;
  /** Further members of the problem body. */
  extensions?: Record<string, unknown>;
  /** Longest time since the sign-in that will do, in seconds. */
  maxAge?: number;
}

/**
 * The query parameter that tells the sign-in that a form has led there. Where the Content-Security-Policy of its page
 * has `form-action 'self'`, a browser follows no redirect of it to Logto.
 */
export const formMark = 'form';

/** How a visitor who is not signed in is answered. */
@Injectable()
export class UnauthenticatedExceptionFactory {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly basePath: BasePath,
  ) {}

  /**
   * The exception to throw. When it is a redirect, its headers are on the response already, so that a
   * catch-all filter that only reads `getStatus()` sends the visitor to the sign-in all the same.
   */
  exceptionFor(
    request: Request,
    behaviour: UnauthenticatedBehaviour,
    { maxAge, ...reason }: UnauthenticatedReason = {},
  ): LogtoUnauthenticatedException {
    const response = request.res;
    if (!this.options.client || !response || !redirects(request, behaviour)) {
      return new LogtoUnauthenticatedException(reason);
    }
    const read = request.method === 'GET' || request.method === 'HEAD';
    const redirectTo = read
      ? this.signInUrl(this.pathOf(request), maxAge)
      : this.signInUrl(this.refererOf(request), maxAge, [`${formMark}=1`]);
    response.setHeader('Location', redirectTo);
    response.setHeader('Cache-Control', 'no-store');
    return new LogtoUnauthenticatedException({ status: read ? 302 : 303, redirectTo, ...reason });
  }

  /** The sign-in as a path on this app, so that it works under whichever name the browser knows the app by. */
  private signInUrl(
    returnTo: string | undefined,
    maxAge: number | undefined,
    marks: readonly string[] = [],
  ): string {
    const path = `${this.basePath.path}/${this.options.authRoutesPrefix}/sign-in`;
    const query = [
      ...(returnTo === undefined ? [] : [`returnTo=${encodeURIComponent(returnTo)}`]),
      ...(maxAge === undefined ? [] : [`max_age=${Math.floor(maxAge)}`]),
      ...marks,
    ];
    return query.length === 0 ? path : `${path}?${query.join('&')}`;
  }

  private pathOf(request: Request): string | undefined {
    return allowedReturnTo(`${this.basePath.strippedFrom(request)}${request.originalUrl}`, this.options);
  }

  /** What a posted form cannot be repeated for, its page can. */
  private refererOf(request: Request): string | undefined {
    const { referer } = request.headers;
    if (referer === undefined || !URL.canParse(referer)) return undefined;
    const { host, pathname, search } = new URL(referer);
    const own = [request.headers.host, new URL(this.options.client?.baseUrl ?? referer).host];
    return own.includes(host) ? allowedReturnTo(`${pathname}${search}`, this.options) : undefined;
  }
}

function redirects(request: Request, behaviour: UnauthenticatedBehaviour): boolean {
  return behaviour === 'redirect' || (behaviour === 'auto' && isNavigation(request));
}

/** Whether a browser wants to show the answer to a person (Fetch Metadata; `Accept` for what does not send it). */
export function isNavigation(request: Request): boolean {
  const mode = request.headers['sec-fetch-mode'];
  if (mode !== undefined) return mode === 'navigate';
  const reads = request.method === 'GET' || request.method === 'HEAD';
  return reads && (request.headers.accept ?? '').includes('text/html');
}
