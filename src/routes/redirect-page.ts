import { escapeHtml, pageLayout } from '../guard/denial/page-layout.js';

/**
 * A page that takes a browser on to Logto by itself, and by its link where the browser follows no refresh. It answers a
 * form: browsers block a redirect to another origin where the Content-Security-Policy of the form's page has
 * `form-action 'self'`, as those of helmet and of Nest's `useSecurityHeaders()` do.
 */
export function redirectPage({ title, url }: { title: string; url: URL }): string {
  const href = escapeHtml(url.href);
  return pageLayout({
    title,
    icon: 'onward',
    head: `<meta http-equiv="refresh" content="0; url=${href}">\n`,
    body: `<p>If nothing happens, press Continue.</p>
<p><a class="action" href="${href}">Continue</a></p>
`,
  });
}
