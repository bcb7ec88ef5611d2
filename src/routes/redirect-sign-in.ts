import type { Request, Response } from 'express';
import { redirectPage } from '../pages/redirect-page.js';
import { sendPage } from '../pages/send-page.js';
import { requestUrl } from '../request/request-url.js';
import { fromFormParameter } from '../user/unauthenticated-exception-factory.js';

/**
 * Responds to a request for a sign-in with a redirect. If a form was redirected to the sign-in, this sends a page that
 * redirects by itself: browsers block a redirect to another origin if the Content-Security-Policy of the form's page has
 * `form-action 'self'`, as helmet's and Nest's `useSecurityHeaders()` have.
 */
export function redirectSignIn(request: Request, response: Response, url: string): void {
  if (requestUrl(request).searchParams.has(fromFormParameter))
    sendPage(response.status(200), redirectPage({ title: 'Signing in', url }));
  else response.redirect(302, url);
}
