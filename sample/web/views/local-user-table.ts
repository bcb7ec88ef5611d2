import type { LocalUser } from 'nestjs-logto';
import { html, type Markup } from './html.js';
import { time } from './time.js';

/** A row of the table of users. */
export function localUserTable({ id, visits, createdAt }: LocalUser): Markup {
  return html`<table aria-label="Your row">
    <tbody>
      <tr>
        <th scope="row"><code>id</code></th>
        <td>${id}</td>
      </tr>
      <tr>
        <th scope="row"><code>visits</code></th>
        <td>${visits}</td>
      </tr>
      <tr>
        <th scope="row"><code>createdAt</code></th>
        <td>${time(new Date(createdAt))}</td>
      </tr>
    </tbody>
  </table>`;
}
