import { escapeHtml, pageLayout } from '../guard/page-layout.js';

/** How long a tab waits before it tries again, in seconds. */
const interval = 1;

/**
 * A page that tries again by itself, while another tab of the browser signs in.
 * @param url the address to try
 */
export function waitingPage(url: string): string {
  const href = escapeHtml(url);
  return pageLayout({
    title: 'Signing you in',
    icon: 'onward',
    head: `<meta http-equiv="refresh" content="${interval}; url=${href}">\n`,
    body: `<p>Another tab of this browser is signing in. This page goes on by itself.</p>
<p><a class="action" href="${href}">Continue</a></p>
`,
  });
}
