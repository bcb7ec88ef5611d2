import { html } from './layout/html.js';
import { heading, renderPage, type Page } from './layout/page-layout.js';
import type { Texts } from './texts/english.js';

/** A page with a message. `code` and `remedy` help developers. */
export function messagePage(texts: Texts, title: string, lead: string, code?: string, remedy?: string): Page {
  return renderPage({
    title,
    texts,
    content: html`${heading(texts, 'Logto', title, html`${lead}`)}
    ${code !== undefined && html`<p class="note"><code>${code}</code></p>`}
    ${
      remedy !== undefined &&
      html`<p>${texts.remedyLead}</p>
        <pre><code>${remedy}</code></pre>`
    }`,
  });
}
