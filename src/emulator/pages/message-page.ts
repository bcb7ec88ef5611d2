import { html } from './html.js';
import { heading, renderPage, type Page } from './page-layout.js';
import type { Texts } from './page-texts.js';

/** A page that only says something; `code` is what a developer looks for. */
export function messagePage(texts: Texts, title: string, lead: string, code?: string): Page {
  return renderPage({
    title,
    texts,
    content: html`${heading('Logto', title, html`${lead}`)}
    ${code !== undefined && html`<p class="note"><code>${code}</code></p>`}`,
  });
}
