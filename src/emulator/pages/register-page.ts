import type { IdentifierKind } from '../tenant/identifier-kind.js';
import { identifierInput, nameInput, passwordInput } from './layout/form-field.js';
import { html } from './layout/html.js';
import { alert, heading, renderPage, type Page } from './layout/page-layout.js';
import type { PageView } from './layout/page-view.js';

interface RegisterView extends PageView {
  /** The identifiers that an account needs, besides a password. */
  identifiers: readonly IdentifierKind[];
  /** What the user entered before an error. */
  values: Record<string, string>;
}

/** The page that creates an account. */
export function registerPage({
  texts,
  application,
  identifiers,
  values,
  error,
  action,
  theme,
}: RegisterView): Page {
  return renderPage({
    title: `${texts.createAccount} · ${application}`,
    texts,
    theme,
    content: html`${heading(texts, application, texts.createAccount, html`${texts.continueTo(application)}`)}
      ${alert(error)}
      <form class="fields" method="post" action="${action}">
        ${identifiers.map((kind) => identifierInput(kind, texts, values[kind], error))}
        ${nameInput(texts, values['name'])} ${passwordInput(texts.password, true, undefined)}
        <button type="submit" class="button">${texts.createAccount}</button>
      </form>
      <p class="below">${texts.haveAccount} <a href="sign-in">${texts.signIn}</a></p>`,
  });
}
