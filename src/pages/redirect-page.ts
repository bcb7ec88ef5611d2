import { escapeHtml } from './escape-html.js';
import { pageLayout } from './page-layout.js';

/** The content of a page that redirects. */
export interface RedirectPage {
  title: string;
  /** Where to: an absolute URL, or one that is relative to the page's. */
  url: string;
  /** A sentence above the link. Default: what to do if nothing happens. */
  text?: string;
}

/** Renders a page that redirects by itself at once, with a link for browsers that do not. */
export function redirectPage({
  title,
  url,
  text = 'If nothing happens, press Continue.',
}: RedirectPage): string {
  const href = escapeHtml(url);
  return pageLayout({
    title,
    icon: 'arrow',
    head: `<meta http-equiv="refresh" content="0; url=${href}">\n`,
    body: `<p>${escapeHtml(text)}</p>
<p><a class="action" href="${href}">Continue</a></p>
`,
  });
}
