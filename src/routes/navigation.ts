import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';
import { BasePath } from '../session/base-path.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';

/** What a browser shows to a person, rather than loads into a page (`Sec-Fetch-Dest`). */
const documents: ReadonlySet<string> = new Set(['document', 'iframe', 'frame', 'fencedframe']);

/**
 * Who has sent a request, as far as its headers tell: a person who opens the address, a page (for its images, by its
 * scripts or ahead of time), a program that is no browser, or one of the latter two.
 */
type Sender = 'person' | 'page' | 'program' | 'page or program';

/** Lets nobody be signed in or out by a request that no person has made. */
@Injectable()
export class Navigation {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly basePath: BasePath,
    private readonly log: OperatorLog,
  ) {}

  /**
   * For the start and the end of a sign-in. A program may sign in: it rides nobody's session.
   * @throws LogtoException `not_a_navigation`, 403
   */
  assertMaySignIn(request: Request): void {
    if (request.method !== 'GET' || senderOf(request) === 'page') this.refuse('sign-in');
  }

  /**
   * For a sign-out by GET. What may be the script of an old browser is refused, and so is a frame of another site's;
   * a link of another site's is a person's to follow.
   * @throws LogtoException `not_a_navigation`, 403
   */
  assertMaySignOut(request: Request): void {
    const sender = senderOf(request);
    const passes = request.method === 'GET' && (sender === 'person' || sender === 'program');
    if (!passes || isFrameOfAnotherSite(request)) this.refuse('sign-out');
  }

  private refuse(route: 'sign-in' | 'sign-out'): never {
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

/** Whether a POST is a form that a browser sends to show the answer, rather than a script's request. */
export function isFormNavigation(request: Request): boolean {
  return senderOf(request) === 'person';
}

/** Whether a script asks for data. */
export function asksForJson(request: Request): boolean {
  return !isFormNavigation(request) && (request.headers.accept ?? '').includes('application/json');
}

function senderOf({ headers }: Request): Sender {
  if (isSpeculative(headers) || headers['x-requested-with'] === 'XMLHttpRequest') return 'page';
  const mode = headers['sec-fetch-mode'];
  const destination = headers['sec-fetch-dest'];
  if (mode === 'navigate') {
    return destination === undefined || documents.has(destination) ? 'person' : 'page';
  }
  // A browser sends all of these headers or none. The fetch of Node sends the mode alone.
  if (destination !== undefined || headers['sec-fetch-site'] !== undefined) return 'page';
  if (mode !== undefined) return mode === 'cors' ? 'page or program' : 'page';
  return senderByAccept(headers.accept);
}

/**
 * The same where none of those headers tell: Safari before 16.4, any browser over plain http, or no browser. Every
 * browser sends `Accept`: with `text/html` for a page to show, with a wildcard for what it loads into one.
 */
function senderByAccept(accept: string | undefined): Sender {
  if (accept?.includes('text/html')) return 'person';
  if (accept?.trim() === '*/*') return 'page or program';
  return /\*|image\/|text\/css/.test(accept ?? '') ? 'page' : 'program';
}

/**
 * Whether a page is loaded before anybody asks for it: `Sec-Purpose` of the browsers, `X-Sec-Purpose` of Turbo,
 * `Purpose`, `X-Purpose` and `X-Moz` of older browsers, `Next-Router-Prefetch`, `HX-Preloaded` and their like.
 */
function isSpeculative(headers: Request['headers']): boolean {
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
