import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { LogtoErrorCode } from '../logto.error-codes.js';
import { LogtoUnauthenticatedException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { UnauthenticatedBehavior } from '../options/logto-module-options.js';
import { BasePath } from '../request/base-path.js';
import { isNavigation } from '../request/fetch-metadata.js';
import { allowedReturnTo } from '../request/return-to.js';

/** Why a user has to sign in. */
export interface UnauthenticatedReason {
  cause?: unknown;
  code?: LogtoErrorCode;
  message?: string;
  publicMessage?: string;
  /** Further members of the problem body. */
  problemExtensions?: Record<string, unknown>;
  /** Maximum time since the sign-in, in seconds. */
  maxAge?: number;
  /** The authentication contexts of which the sign-in has to reach one, separated by spaces. */
  acrValues?: string;
}

/**
 * The query parameter of a sign-in that a form was redirected to. If the Content-Security-Policy of the form's page has
 * `form-action 'self'`, the browser follows no further redirect to Logto.
 */
export const fromFormParameter = 'form';

/** Creates the exception for an unauthenticated request: a redirect to the sign-in, or a 401. */
@Injectable()
export class UnauthenticatedExceptionFactory {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly basePath: BasePath,
  ) {}

  /**
   * Creates the exception. For a redirect, it also sets the headers of the response, so that a catch-all filter that only
   * reads `getStatus()` still redirects to the sign-in.
   */
  create(
    request: Request,
    behavior: UnauthenticatedBehavior,
    { maxAge, acrValues, ...reason }: UnauthenticatedReason = {},
  ): LogtoUnauthenticatedException {
    const response = request.res;
    if (!this.options.client || !response || !redirects(request, behavior)) {
      return new LogtoUnauthenticatedException(reason);
    }
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const returnTo = isRead ? this.pathOf(request) : this.refererOf(request);
    const redirectTo = this.signInPath(returnTo, [
      ...(acrValues === undefined ? [] : [`acr_values=${encodeURIComponent(acrValues)}`]),
      ...(maxAge === undefined ? [] : [`max_age=${Math.floor(maxAge)}`]),
      ...(isRead ? [] : [`${fromFormParameter}=1`]),
    ]);
    response.setHeader('Location', redirectTo);
    response.setHeader('Cache-Control', 'no-store');
    return new LogtoUnauthenticatedException({ status: isRead ? 302 : 303, redirectTo, ...reason });
  }

  /** The path of the sign-in. It is not a URL, so that it works under every host name of the app. */
  private signInPath(returnTo: string | undefined, others: readonly string[]): string {
    const path = `${this.basePath.path}/${this.options.authRoutesPrefix}/sign-in`;
    const query = [
      ...(returnTo === undefined ? [] : [`returnTo=${encodeURIComponent(returnTo)}`]),
      ...others,
    ];
    return query.length === 0 ? path : `${path}?${query.join('&')}`;
  }

  private pathOf(request: Request): string | undefined {
    return allowedReturnTo(`${this.basePath.strippedFrom(request)}${request.originalUrl}`, this.options);
  }

  /** The page of a form: the browser cannot repeat the POST after the sign-in. */
  private refererOf(request: Request): string | undefined {
    const { referer } = request.headers;
    if (referer === undefined || !URL.canParse(referer)) return undefined;
    const { host, pathname, search } = new URL(referer);
    const own = [request.headers.host, new URL(this.options.client?.baseUrl ?? referer).host];
    return own.includes(host) ? allowedReturnTo(`${pathname}${search}`, this.options) : undefined;
  }
}

function redirects(request: Request, behavior: UnauthenticatedBehavior): boolean {
  return behavior === 'redirect' || (behavior === 'auto' && isNavigation(request));
}
