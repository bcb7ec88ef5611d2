import type { TenantUser } from '../tenant/tenant.js';
import { identifierInput, nameInput } from './form-field.js';
import { html } from './html.js';
import { alert, heading, renderPage, type Page } from './page-layout.js';
import type { Texts } from './page-texts.js';
import { peopleList } from './people-list.js';

/** What the page of a pretend social account shows. */
export interface SocialView {
  texts: Texts;
  /** Such as `Google`. */
  provider: string;
  users: TenantUser[];
  typed: string | undefined;
  error: string | undefined;
  action: string;
  /** The way back to the emulator's own sign-in. */
  fallback: string;
}

/** Stands in for a social or enterprise provider: whoever is chosen comes back from it. */
export function socialPage({ texts, provider, users, typed, error, action, fallback }: SocialView): Page {
  return renderPage({
    title: texts.pretend(provider),
    texts,
    content: html`${heading(texts, provider, texts.pretend(provider), html`${texts.pretendLead(provider)}`)}
      ${alert(error)}
      ${
        users.length > 0 &&
        html`${peopleList(texts, action, users)}
          <p class="or">${texts.pretendOther}</p>`
      }
      <form class="fields" method="post" action="${action}">
        ${identifierInput('email', texts, typed, error)} ${nameInput(texts, undefined)}
        <button type="submit" class="button">${texts.continue}</button>
      </form>
      <p class="below"><a href="${fallback}">${texts.back}</a></p>`,
  });
}
