import type { Tenant } from '../tenant/tenant.js';
import { html, type Markup } from './layout/html.js';
import { heading, renderPage, type Page } from './layout/page-layout.js';
import type { Texts } from './texts/english.js';

/** The page at the endpoint, with URLs, applications and users. */
export function homePage(texts: Texts, endpoint: string, tenant: Tenant): Page {
  const discovery = '/oidc/.well-known/openid-configuration';
  const applications = [...tenant.applications.values()].map(({ id, name, type }) => [
    html`<code>${id}</code>`,
    name,
    type,
  ]);
  const users = [...tenant.users.values()].map(({ username, name, roles }) => [
    username,
    name ?? '',
    roles.join(', '),
  ]);
  return renderPage({
    title: texts.emulator,
    texts,
    wide: true,
    content: html`${heading(texts, 'Logto', texts.emulator, html`${texts.homeLead}`)}
      <h2>${texts.urls}</h2>
      ${table(texts, [
        ['Endpoint', html`<code>${endpoint}</code>`],
        ['Issuer', html`<code>${endpoint}/oidc</code>`],
        ['Discovery', html`<a href="${discovery}"><code>${discovery}</code></a>`],
      ])}
      <h2>${texts.applications}</h2>
      ${table(texts, applications)}
      <h2>${texts.users}</h2>
      ${table(texts, users)}`,
  });
}

function table(texts: Texts, rows: (string | Markup | undefined)[][]): Markup {
  if (rows.length === 0) return html`<p>${texts.none}</p>`;
  return html`<table>
    ${rows.map(
      ([name, ...cells]) =>
        html`<tr>
          <th scope="row">${name}</th>
          ${cells.map((cell) => html`<td>${cell}</td>`)}
        </tr>`,
    )}
  </table>`;
}
