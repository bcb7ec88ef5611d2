import { createHash } from 'node:crypto';

import { html, Markup } from './html.js';
import { pageStyles } from './page-styles.js';
import type { Texts } from './page-texts.js';

/** A page as it is sent. */
export interface Page {
  body: string;
  headers: Record<string, string>;
}

const sha256 = (source: string) => `'sha256-${createHash('sha256').update(source).digest('base64')}'`;

/** Puts `content` on a page. Pages need no script; only the sign-out page has one, to spare a click. */
export function renderPage(options: {
  title: string;
  texts: Texts;
  content: Markup;
  wide?: boolean;
  script?: string;
}): Page {
  const { title, texts, content, wide = false, script } = options;
  const body = html`<!doctype html>
<html lang="${texts.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${new Markup(`<style>${pageStyles}</style>`)}
</head>
<body>
<main${wide && html` class="wide"`}>
${content}
</main>
<footer><strong>${texts.emulator}</strong> · ${texts.notForProduction}</footer>
${script !== undefined && new Markup(`<script>${script}</script>`)}
</body>
</html>
`;
  return {
    body: body.toString(),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      // Not `no-referrer`: browsers then send `Origin: null` with the page's own forms.
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      // No form-action: browsers apply it to the redirects after a form too, and those lead to the application.
      'content-security-policy': [
        "default-src 'none'",
        `style-src ${sha256(pageStyles)}`,
        ...(script === undefined ? [] : [`script-src ${sha256(script)}`]),
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
    },
  };
}

/** The head of a page: which application it is about, what it asks for, and that this is not Logto. */
export function heading(texts: Texts, name: string, title: string, lead: Markup): Markup {
  return html`<div class="brand">
      <span class="badge" aria-hidden="true">${initials(name)}</span><b>${name}</b
      ><span class="tag">${texts.emulator}</span>
    </div>
    <h1>${title}</h1>
    <p class="lead">${lead}</p>`;
}

/** What went wrong, read out as soon as the page is there. */
export function alert(message: string | undefined): Markup | undefined {
  return message === undefined ? undefined : html`<p class="alert" id="alert" role="alert">${message}</p>`;
}

/** One or two letters for a name. */
export function initials(name: string): string {
  const words = name.split(/[\s_@.-]+/).filter(Boolean);
  return (words.length > 1 ? [words[0], words.at(-1)] : [words[0]])
    .map((word) => (word?.match(/^./u)?.[0] ?? '?').toUpperCase())
    .join('');
}
