import type { TenantUser } from '../tenant/tenant.js';
import { identifierInput, nameInput } from './layout/form-field.js';
import { html } from './layout/html.js';
import { alert, heading, renderPage, type Page } from './layout/page-layout.js';
import type { PageView } from './layout/page-view.js';
import { userList } from './layout/user-list.js';

interface SocialView extends PageView {
  /** For example `Google`. */
  provider: string;
  users: TenantUser[];
  value: string | undefined;
  /** The URL of the emulator's own sign-in page. */
  fallback: string;
}

/** Replaces the page of a social or enterprise provider. The chosen user signs in. */
export function socialPage({
  texts,
  provider,
  users,
  value,
  error,
  action,
  fallback,
  theme,
}: SocialView): Page {
  return renderPage({
    title: texts.continueWith(provider),
    texts,
    theme,
    content: html`${heading(texts, provider, texts.continueWith(provider), html`${texts.socialLead(provider)}`)}
      ${alert(error)}
      ${
        users.length > 0 &&
        html`${userList(texts, action, users)}
          <p class="or">${texts.orOtherAccount}</p>`
      }
      <form class="fields" method="post" action="${action}">
        ${identifierInput('email', texts, value, error)} ${nameInput(texts, undefined)}
        <button type="submit" class="button">${texts.continue}</button>
      </form>
      <p class="below"><a href="${fallback}">${texts.otherSignIn}</a></p>`,
  });
}
