import type { IdentifierKind } from '../tenant/identifier-kind.js';
import type { TenantUser } from '../tenant/tenant.js';
import { anyIdentifierInput, passwordInput } from './layout/form-field.js';
import { html } from './layout/html.js';
import { alert, heading, renderPage, type Page } from './layout/page-layout.js';
import type { PageView } from './layout/page-view.js';
import { userList } from './layout/user-list.js';

interface SignInView extends PageView {
  /** The name of the organization to sign in to. */
  organization: string | undefined;
  users: TenantUser[];
  identifiers: readonly IdentifierKind[];
  /** The initial value of the identifier field. */
  value: string | undefined;
}

/** The page that signs a user in, with one click or with a password. */
export function signInPage(view: SignInView): Page {
  const { texts, application, organization, users, error, action } = view;
  const lead = html`${texts.continueTo(application)}${organization !== undefined && html` · ${texts.inOrganization(organization)}`}`;
  return renderPage({
    title: `${texts.signIn} · ${application}`,
    texts,
    theme: view.theme,
    content: html`${heading(texts, application, texts.signIn, lead)} ${alert(error)}
      ${
        users.length > 0 &&
        html`${userList(texts, action, users)}
          <p class="or">${texts.orPassword}</p>`
      }
      <form class="fields" method="post" action="${action}">
        ${anyIdentifierInput(view.identifiers, texts, view.value, error)}
        ${passwordInput(texts.password, false, error)}
        <button type="submit" class="button">${texts.signIn}</button>
      </form>
      <p class="below"><a href="reset-password">${texts.forgotPassword}</a></p>
      <p class="below">${texts.noAccountYet} <a href="register">${texts.createAccount}</a></p>`,
  });
}
