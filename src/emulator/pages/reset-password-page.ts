import type { IdentifierKind } from '../experience/identifier-kinds.js';
import { anyIdentifierInput, passwordInput } from './form-field.js';
import { html } from './html.js';
import { alert, heading, renderPage, type Page } from './page-layout.js';
import type { Texts } from './page-texts.js';

/** What the page for a forgotten password shows. */
export interface ResetPasswordView {
  texts: Texts;
  application: string;
  identifiers: readonly IdentifierKind[];
  typed: string | undefined;
  error: string | undefined;
  action: string;
}

/** Choose a new password for any account. */
export function resetPasswordPage(view: ResetPasswordView): Page {
  const { texts, application, error } = view;
  return renderPage({
    title: `${texts.resetPassword} · ${application}`,
    texts,
    content: html`${heading(texts, application, texts.resetPassword, html`${texts.resetLead}`)}
      ${alert(error)}
      <form class="fields" method="post" action="${view.action}">
        ${anyIdentifierInput(view.identifiers, texts, view.typed, error)}
        ${passwordInput(texts.newPassword, true, undefined)}
        <button type="submit" class="button">${texts.save}</button>
      </form>
      <p class="below"><a href="sign-in">${texts.back}</a></p>`,
  });
}
