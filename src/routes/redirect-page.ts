import { escapeHtml, pageLayout } from '../guard/denial/page-layout.js';

/**
 * Renders a page that redirects by itself, with a link for browsers that do not. It answers a form: browsers block a
 * redirect to another origin if the Content-Security-Policy of the form's page has `form-action 'self'`, as helmet's and
 * Nest's `useSecurityHeaders()` have.
 */
export function redirectPage({ title, url }: { title: string; url: URL }): string {
  const href = escapeHtml(url.href);
  return pageLayout({
    title,
    icon: 'arrow',
    head: `<meta http-equiv="refresh" content="0; url=${href}">\n`,
    body: `<p>If nothing happens, press Continue.</p>
<p><a class="action" href="${href}">Continue</a></p>
`,
  });
}
