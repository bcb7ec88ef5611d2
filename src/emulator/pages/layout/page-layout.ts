import { createHash } from 'node:crypto';

import { html, Markup } from './html.js';
import type { Theme } from './page-colors.js';
import { pageStyles } from './page-styles.js';
import type { Texts } from '../texts/english.js';

/** A rendered page. */
export interface Page {
  body: string;
  headers: Record<string, string>;
}

/** Renders `content` as a page. Only the sign-out page has a script, which saves a click. */
export function renderPage({
  title,
  texts,
  content,
  theme,
  wide = false,
  script,
}: {
  title: string;
  texts: Texts;
  /** Default: as the browser prefers. */
  theme?: Theme | undefined;
  content: Markup;
  wide?: boolean;
  script?: string;
}): Page {
  const body = html`<!doctype html>
<html lang="${texts.language}"${theme !== undefined && html` data-theme="${theme}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="${theme ?? 'light dark'}">
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
  return { body: body.toString(), headers: pageHeaders(script) };
}

function pageHeaders(script: string | undefined): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    // Not `no-referrer`: browsers would send `Origin: null` with the page's own forms.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    // Without `form-action`, which browsers also apply to the redirects after a form. Those lead to the application.
    'content-security-policy': [
      "default-src 'none'",
      `style-src ${sourceHash(pageStyles)}`,
      ...(script === undefined ? [] : [`script-src ${sourceHash(script)}`]),
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  };
}

function sourceHash(source: string): string {
  return `'sha256-${createHash('sha256').update(source).digest('base64')}'`;
}

/** The top of a page: the application's name, a badge that says that this is the emulator, the title and a lead. */
export function heading(texts: Texts, name: string, title: string, lead: Markup): Markup {
  return html`<div class="brand">
      <span class="badge" aria-hidden="true">${initials(name)}</span><b>${name}</b
      ><span class="tag">${texts.emulator}</span>
    </div>
    <h1>${title}</h1>
    <p class="lead">${lead}</p>`;
}

/** An error message. Screen readers read it out when the page opens. */
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
