import { escapeHtml, pageLayout } from '../guard/denial/page-layout.js';

/**
 * Renders the page of a tab that waits while another tab of the browser signs in. It requests `url` at once, and is shown
 * until the response comes.
 */
export function waitingPage(url: string): string {
  const href = escapeHtml(url);
  return pageLayout({
    title: 'Signing you in',
    icon: 'arrow',
    head: `<meta http-equiv="refresh" content="0; url=${href}">\n`,
    body: `<p>Another tab of this browser is signing in. This page continues by itself.</p>
<p><a class="action" href="${href}">Continue</a></p>
`,
  });
}
