import type { TenantUser } from '../../tenant/tenant.js';
import { html, type Markup } from './html.js';
import { initials } from './page-layout.js';
import type { Texts } from '../texts/english.js';

/** The tenant's users, each with a button that signs them in. */
export function userList(texts: Texts, action: string, users: TenantUser[]): Markup {
  return html`<h2 id="people">${texts.oneClick}</h2>
    <form method="post" action="${action}">
      <ul class="people" aria-labelledby="people">
        ${users.map((user) => {
          const name = user.name ?? user.username;
          const detail = user.primaryEmail ?? user.primaryPhone ?? user.username;
          const tag = user.isSuspended ? texts.suspendedTag : user.roles[0];
          return html`<li>
            <button type="submit" class="person" name="user" value="${user.id}">
              <span class="face" aria-hidden="true">${initials(name)}</span>
              <span class="who"><b>${name}</b>${detail !== name && html`<small>${detail}</small>`}</span>
              ${tag !== undefined && html`<span class="tag">${tag}</span>`}
            </button>
          </li> `;
        })}
      </ul>
    </form>`;
}
