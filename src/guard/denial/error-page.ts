import { escapeHtml, pageLayout } from './page-layout.js';

/** What the error page shows. */
export interface ErrorPage {
  status: number;
  /** The error's code. */
  code: string;
  /** A sentence that says what happened and what to do. */
  detail: string;
  /** Whether all is well again by itself. */
  passes: boolean;
  /** Path of a sign-in, where starting again helps. */
  signInPath?: string | undefined;
}

/** The page that a browser gets in place of a problem body. */
export function errorPage({ status, code, detail, passes, signInPath }: ErrorPage): string {
  const again =
    signInPath === undefined
      ? ''
      : `<p><a class="action" href="${escapeHtml(signInPath)}">Start again</a></p>\n`;
  return pageLayout({
    title: headingOf(status, passes),
    icon: 'alert',
    body: `<p>${escapeHtml(detail)}</p>
${again}<p class="code">Error code: <code>${escapeHtml(code)}</code></p>
`,
  });
}

function headingOf(status: number, passes: boolean): string {
  if (status === 503 && passes) return 'Please try again shortly';
  if (status >= 500) return 'Something went wrong';
  return status === 403 ? 'Not allowed' : 'Sign-in did not work';
}
