import { escapeHtml } from './escape-html.js';

/** SVG path data, drawn in a circle above the heading. */
const icons = { alert: 'M12 7v6M12 16.5v.01', arrow: 'M8 12h8M12.5 8.5 16 12l-3.5 3.5' } as const;

/** The content of one of the module's pages. */
export interface PageContent {
  /** Title and heading. */
  title: string;
  icon: keyof typeof icons;
  /** Further elements of the head, as HTML. */
  head?: string;
  /** Below the heading, as HTML. */
  body: string;
}

/**
 * Renders a small accessible page, in neutral colors that suit any app. It needs no script and no second request. Three
 * short pages do not justify a template library in every app.
 */
export function pageLayout({ title, icon, head = '', body }: PageContent): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
${head}<title>${escapeHtml(title)}</title>
<style>${styles}</style>
</head>
<body>
<main>
<svg viewBox="0 0 24 24" width="40" height="40" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" aria-hidden="true"><circle cx="12" cy="12" r="10"/><path d="${icons[icon]}"/></svg>
<h1>${escapeHtml(title)}</h1>
${body}</main>
</body>
</html>
`;
}

const styles = `
:root { color-scheme: light dark; --page: #f4f4f5; --card: #fff; --line: #e0e0e4; --text: #18181b; --muted: #5c5c66; }
@media (prefers-color-scheme: dark) {
  :root { --page: #121214; --card: #1c1c20; --line: #333338; --text: #f2f2f4; --muted: #a6a6b0; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--page);
  color: var(--text); font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: 100%; max-width: 30rem; padding: clamp(1.5rem, 6vw, 2.5rem); border: 1px solid var(--line);
  border-radius: 1rem; background: var(--card); box-shadow: 0 8px 30px rgb(0 0 0 / 6%); }
svg { display: block; margin: 0 0 1rem -.125rem; color: var(--muted); }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; text-wrap: balance; }
p { margin: .75rem 0 0; overflow-wrap: anywhere; }
.action { display: inline-block; margin-top: .75rem; padding: .625rem 1.25rem; border-radius: .625rem;
  background: var(--text); color: var(--card); font-weight: 600; text-decoration: none; }
.action:hover { opacity: .85; }
.action:focus-visible { outline: 2px solid var(--text); outline-offset: 3px; }
.code { margin-top: 1.75rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--muted); font-size: .875rem; }
code { font: .8125rem ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
`;
