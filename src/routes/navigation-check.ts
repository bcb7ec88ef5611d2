import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';
import { BasePath } from '../request/base-path.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { isFrameOfAnotherSite, requestKindOf } from '../request/fetch-metadata.js';

/** Rejects requests to sign in or out that are not navigations, such as images and prefetches. */
@Injectable()
export class NavigationCheck {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly basePath: BasePath,
    private readonly log: OperatorLog,
  ) {}

  /**
   * Asserts that a request may start or finish a sign-in. Clients other than browsers may, because they do not use the session
   * of a browser.
   * @throws LogtoException `not_a_navigation`, 403
   */
  assertSignInAllowed(request: Request): void {
    if (request.method !== 'GET' || requestKindOf(request) === 'subresource') this.reject('sign-in');
  }

  /**
   * Asserts that a GET request may sign out. Requests that may be a script's in an old browser are rejected, and so are
   * frames of another site. A link on another site works.
   * @throws LogtoException `not_a_navigation`, 403
   */
  assertSignOutAllowed(request: Request): void {
    const kind = requestKindOf(request);
    const isAllowed = request.method === 'GET' && (kind === 'navigation' || kind === 'non-browser');
    if (!isAllowed || isFrameOfAnotherSite(request)) this.reject('sign-out');
  }

  private reject(route: 'sign-in' | 'sign-out'): never {
    const path = `${this.basePath.path}/${this.options.authRoutesPrefix}/${route}`;
    const post = route === 'sign-out' ? ' A script may also POST with `Accept: application/json`.' : '';
    const exception = new LogtoException(
      'not_a_navigation',
      `This address works only when a browser navigates to it: not for a prefetch, an image or a script's fetch. ` +
        `Navigate, do not fetch: \`location.href = '${path}'\`.${post}`,
      { status: 403, publicMessage: 'This address works only when a person opens it in a browser.' },
    );
    this.log.exception(exception);
    throw exception;
  }
}

/** Whether a POST is a form whose response the browser shows, rather than a script's request. */
export function isFormNavigation(request: Request): boolean {
  return requestKindOf(request) === 'navigation';
}

/** Whether a script requests JSON. */
export function acceptsJson(request: Request): boolean {
  return !isFormNavigation(request) && (request.headers.accept ?? '').includes('application/json');
}
