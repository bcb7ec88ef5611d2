import type { UserClaims } from 'nestjs-logto';
import { html, type Markup } from './html.js';
import { time } from './time.js';

/** The times of a token are in seconds, those of the account in milliseconds. */
const seconds: ReadonlySet<string> = new Set(['iat', 'exp', 'auth_time']);
const milliseconds: ReadonlySet<string> = new Set(['created_at', 'updated_at']);

/** A table of claims, and the same claims as JSON. */
export function claimsTable(claims: UserClaims): Markup {
  return html`<table aria-label="Claims">
      <tbody>
        ${Object.entries(claims).map(
          ([name, value]) =>
            html`<tr>
              <th scope="row"><code>${name}</code></th>
              <td>${shown(name, value)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <details>
      <summary>The same as JSON</summary>
      <pre class="box" tabindex="0" aria-label="Claims as JSON">${JSON.stringify(claims, shortened, 2)}</pre>
    </details>`;
}

function shown(name: string, value: unknown): Markup {
  if (value === null || value === undefined) return html`<i>none</i>`;
  if (typeof value === 'number' && seconds.has(name)) return time(new Date(value * 1000));
  if (typeof value === 'number' && milliseconds.has(name)) return time(new Date(value));
  if (typeof value !== 'string') return listed(value) ?? html`<pre>${JSON.stringify(value, null, 2)}</pre>`;
  if (name !== 'picture') return html`${value}`;
  return html`<img class="picture" src="${value}" alt="The user’s picture" width="40" height="40" />`;
}

function listed(value: unknown): Markup | undefined {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) return undefined;
  if (value.length === 0) return html`<i>none</i>`;
  return html`<ul class="chips">
    ${value.map((one) => html`<li>${one}</li>`)}
  </ul>`;
}

/** A picture may be a long data URL. */
function shortened(_name: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > 100 ? `${value.slice(0, 60)}…` : value;
}
