import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';
import { BasePath } from '../request/base-path.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';

/** Values of `Sec-Fetch-Dest` for what a browser shows to a person, rather than loads into a page. */
const documents: ReadonlySet<string> = new Set(['document', 'iframe', 'frame', 'fencedframe']);

/**
 * Who has sent a request, according to its headers: a person who navigates, a page (an image, a script or a prefetch), a
 * program that is not a browser, or one of the latter two.
 */
type Sender = 'person' | 'page' | 'program' | 'page or program';

/** Rejects requests to sign in or out that are not navigations, such as images and prefetches. */
@Injectable()
export class NavigationCheck {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly basePath: BasePath,
    private readonly log: OperatorLog,
  ) {}

  /**
   * Asserts that a request may start or finish a sign-in. Programs may, because they do not use the session of a browser.
   * @throws LogtoException `not_a_navigation`, 403
   */
  assertSignInAllowed(request: Request): void {
    if (request.method !== 'GET' || senderOf(request) === 'page') this.reject('sign-in');
  }

  /**
   * Asserts that a GET request may sign out. Requests that may be a script's in an old browser are rejected, and so are
   * frames of another site. A link on another site works.
   * @throws LogtoException `not_a_navigation`, 403
   */
  assertSignOutAllowed(request: Request): void {
    const sender = senderOf(request);
    const isAllowed = request.method === 'GET' && (sender === 'person' || sender === 'program');
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
  return senderOf(request) === 'person';
}

/** Whether a script requests JSON. */
export function acceptsJson(request: Request): boolean {
  return !isFormNavigation(request) && (request.headers.accept ?? '').includes('application/json');
}

function senderOf({ headers }: Request): Sender {
  if (isPrefetch(headers) || headers['x-requested-with'] === 'XMLHttpRequest') return 'page';
  const mode = headers['sec-fetch-mode'];
  const destination = headers['sec-fetch-dest'];
  if (mode === 'navigate') {
    return destination === undefined || documents.has(destination) ? 'person' : 'page';
  }
  // Browsers send all of these headers or none. Node's `fetch` sends only the mode.
  if (destination !== undefined || headers['sec-fetch-site'] !== undefined) return 'page';
  if (mode !== undefined) return mode === 'cors' ? 'page or program' : 'page';
  return senderByAccept(headers.accept);
}

/**
 * The sender of a request without those headers: Safari before 16.4, any browser over plain http, or no browser. Browsers
 * always send `Accept`: with `text/html` for a page to show, with a wildcard for what they load into one.
 */
function senderByAccept(accept: string | undefined): Sender {
  if (accept?.includes('text/html')) return 'person';
  if (accept?.trim() === '*/*') return 'page or program';
  return /\*|image\/|text\/css/.test(accept ?? '') ? 'page' : 'program';
}

/**
 * Whether a request is a prefetch: by `Sec-Purpose` of browsers, `X-Sec-Purpose` of Turbo, `Purpose`, `X-Purpose` and
 * `X-Moz` of older browsers, `Next-Router-Prefetch`, `HX-Preloaded` and similar headers.
 */
function isPrefetch(headers: Request['headers']): boolean {
  return Object.entries(headers).some(
    ([name, value]) =>
      /prefetch|preload|prerender/.test(name) ||
      (/(?:^|-)purpose$|^x-moz$/.test(name) && /prefetch|preview|prerender|preload/i.test(String(value))),
  );
}

function isFrameOfAnotherSite({ headers }: Request): boolean {
  const isDocument = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return headers['sec-fetch-site'] === 'cross-site' && !isDocument;
}
