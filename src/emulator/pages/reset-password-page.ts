import type { IdentifierKind } from '../tenant/identifier-kind.js';
import { anyIdentifierInput, passwordInput } from './layout/form-field.js';
import { html } from './layout/html.js';
import { alert, heading, renderPage, type Page } from './layout/page-layout.js';
import type { PageView } from './layout/page-view.js';

interface ResetPasswordView extends PageView {
  identifiers: readonly IdentifierKind[];
  value: string | undefined;
}

/** The page that sets a new password for any account. */
export function resetPasswordPage(view: ResetPasswordView): Page {
  const { texts, application, error } = view;
  return renderPage({
    title: `${texts.resetPassword} · ${application}`,
    texts,
    theme: view.theme,
    content: html`${heading(texts, application, texts.resetPassword, html`${texts.resetPasswordLead}`)}
      ${alert(error)}
      <form class="fields" method="post" action="${view.action}">
        ${anyIdentifierInput(view.identifiers, texts, view.value, error)}
        ${passwordInput(texts.newPassword, true, undefined)}
        <button type="submit" class="button">${texts.save}</button>
      </form>
      <p class="below"><a href="sign-in">${texts.otherSignIn}</a></p>`,
  });
}
