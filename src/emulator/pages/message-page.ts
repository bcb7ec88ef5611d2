import { html } from './html.js';
import { heading, renderPage, type Page } from './page-layout.js';
import type { Texts } from './page-texts.js';

/** A page that only says something; `code` and `remedy` are for the developer who sees it. */
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
