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
  /** What the visitor can do, where something helps. */
  action?: ErrorPageAction | undefined;
}

/** A link of the error page. */
export interface ErrorPageAction {
  readonly label: string;
  /** A path on this app. */
  readonly path: string;
}

/** The page that a browser gets in place of a problem body. */
export function errorPage({ status, code, detail, passes, action }: ErrorPage): string {
  const link = action
    ? `<p><a class="action" href="${escapeHtml(action.path)}">${escapeHtml(action.label)}</a></p>\n`
    : '';
  return pageLayout({
    title: headingOf(status, passes),
    icon: 'alert',
    body: `<p>${escapeHtml(detail)}</p>
${link}<p class="code">Error code: <code>${escapeHtml(code)}</code></p>
`,
  });
}

function headingOf(status: number, passes: boolean): string {
  if (status === 503 && passes) return 'Please try again shortly';
  if (status >= 500) return 'Something went wrong';
  return status === 403 ? 'Not allowed' : 'Sign-in did not work';
}
