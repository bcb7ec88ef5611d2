import type { TenantUser } from '../tenant/tenant.js';
import { html } from './html.js';
import { alert, heading, renderPage, type Page } from './page-layout.js';
import type { Texts } from './page-texts.js';
import { people } from './sign-in-page.js';

/** What the page of a pretend social account shows. */
export interface SocialView {
  texts: Texts;
  /** `Google`, or the name of an enterprise connector. */
  provider: string;
  users: TenantUser[];
  typed?: string | undefined;
  error?: string | undefined;
  action: string;
  /** The way back to the sign-in page. */
  fallback: string;
}

/** Stands in for a social or enterprise provider: whoever is chosen comes back from it. */
export function socialPage({ texts, provider, users, typed, error, action, fallback }: SocialView): Page {
  return renderPage({
    title: texts.pretend(provider),
    texts,
    content: html`${heading(provider, texts.pretend(provider), html`${texts.pretendLead(provider)}`)}
      ${alert(error)} ${users.length > 0 && people(texts.oneClick, action, users)}
      ${users.length > 0 && html`<p class="or">${texts.pretendOther}</p>`}
      <form class="fields" method="post" action="${action}">
        <div>
          <label for="email">${texts.identifier.email}</label>
          <input id="email" name="email" type="email" value="${typed ?? ''}" autocomplete="email" required />
        </div>
        <div>
          <label for="name">${texts.name} <i>(${texts.optional})</i></label>
          <input id="name" name="name" autocomplete="name" />
        </div>
        <button class="button">${texts.continue}</button>
      </form>
      <p class="below"><a href="${fallback}">${texts.back}</a></p>`,
  });
}
