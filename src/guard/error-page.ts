/** What the error page shows. */
export interface ErrorPage {
  status: number;
  /** The error's code. */
  code: string;
  /** A sentence that says what happened and what to do. */
  detail: string;
  /** Path of a sign-in, where starting again helps. */
  signInPath?: string | undefined;
}

/** A small accessible page for a browser. Every value is escaped. */
export function errorPage({ status, code, detail, signInPath }: ErrorPage): string {
  const heading =
    status === 403 ? 'Not allowed' : status >= 500 ? 'Please try again shortly' : 'Sign-in did not work';
  const again =
    signInPath === undefined ? '' : `<p><a class="action" href="${escaped(signInPath)}">Start again</a></p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${heading}</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
main { max-width: 32rem; padding: 2rem 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
code { font: .875rem/1.4 ui-monospace, monospace; opacity: .75; }
.action { display: inline-block; padding: .625rem 1.25rem; border-radius: .5rem; background: #5d34f2; color: #fff;
  text-decoration: none; font-weight: 600; }
.action:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
</style>
</head>
<body>
<main>
<h1>${heading}</h1>
<p>${escaped(detail)}</p>
${again}
<p><code>${escaped(code)}</code></p>
</main>
</body>
</html>
`;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
