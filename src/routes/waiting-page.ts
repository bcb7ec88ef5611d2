import { escapeHtml, pageLayout } from '../guard/denial/page-layout.js';

/**
 * The page of a tab that waits while another tab of the browser signs in. It asks for the address at once, and shows until
 * that answers.
 * @param url the address to ask for
 */
export function waitingPage(url: string): string {
  const href = escapeHtml(url);
  return pageLayout({
    title: 'Signing you in',
    icon: 'onward',
    head: `<meta http-equiv="refresh" content="0; url=${href}">\n`,
    body: `<p>Another tab of this browser is signing in. This page goes on by itself.</p>
<p><a class="action" href="${href}">Continue</a></p>
`,
  });
}
