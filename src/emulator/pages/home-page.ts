import type { Tenant } from '../tenant/tenant.js';
import { html } from './html.js';
import { heading, renderPage, type Page } from './page-layout.js';
import type { Texts } from './page-texts.js';

/** What is here, for a person who opens the endpoint in a browser. */
export function homePage(texts: Texts, endpoint: string, tenant: Tenant): Page {
  const users = [...tenant.users.values()];
  const applications = [...tenant.applications.values()];
  return renderPage({
    title: texts.emulator,
    texts,
    wide: true,
    content: html`${heading(texts, 'Logto', texts.emulator, html`${texts.homeLead}`)}
      <h2>${texts.addresses}</h2>
      <table>
        <tr>
          <th scope="row">Endpoint</th>
          <td><code>${endpoint}</code></td>
        </tr>
        <tr>
          <th scope="row">Issuer</th>
          <td><code>${endpoint}/oidc</code></td>
        </tr>
        <tr>
          <th scope="row">Discovery</th>
          <td>
            <a href="/oidc/.well-known/openid-configuration"
              ><code>/oidc/.well-known/openid-configuration</code></a
            >
          </td>
        </tr>
      </table>
      <h2>${texts.applications}</h2>
      ${
        applications.length === 0
          ? html`<p>${texts.none}</p>`
          : html`<table>
              ${applications.map(
                ({ id, name, type }) =>
                  html`<tr>
                    <th scope="row"><code>${id}</code></th>
                    <td>${name}</td>
                    <td>${type}</td>
                  </tr>`,
              )}
            </table>`
      }
      <h2>${texts.users}</h2>
      ${
        users.length === 0
          ? html`<p>${texts.none}</p>`
          : html`<table>
              ${users.map(
                ({ username, name, roles }) =>
                  html`<tr>
                    <th scope="row">${username}</th>
                    <td>${name ?? ''}</td>
                    <td>${roles.join(', ')}</td>
                  </tr>`,
              )}
            </table>`
      }`,
  });
}
