import { escapeHtml } from './escape-html.js';
import { pageLayout } from './page-layout.js';

/** The content of an error page. */
export interface ErrorPage {
  status: number;
  /** The error's code. */
  code: string;
  /** A sentence that says what happened and what to do. */
  detail: string;
  /** Whether the same request may succeed later. */
  isTemporary: boolean;
  /** Path of the sign-in, if starting again helps. */
  signInPath?: string | undefined;
}

/** Renders the page that a browser gets instead of a problem body. */
export function errorPage({ status, code, detail, isTemporary, signInPath }: ErrorPage): string {
  const link =
    signInPath === undefined
      ? ''
      : `<p><a class="action" href="${escapeHtml(signInPath)}">Start again</a></p>\n`;
  return pageLayout({
    title: headingOf(status, isTemporary),
    icon: 'alert',
    body: `<p>${escapeHtml(detail)}</p>
${link}<p class="code">Error code: <code>${escapeHtml(code)}</code></p>
`,
  });
}

function headingOf(status: number, isTemporary: boolean): string {
  if (status === 503 && isTemporary) return 'Please try again shortly';
  if (status >= 500) return 'Something went wrong';
  return status === 403 ? 'Not allowed' : 'Sign-in did not work';
}
