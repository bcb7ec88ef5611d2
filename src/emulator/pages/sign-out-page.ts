import { html, Markup } from './layout/html.js';
import { heading, renderPage, type Page } from './layout/page-layout.js';
import type { Texts } from './texts/english.js';

/**
 * Submits the sign-out automatically, as Logto's page does. Without scripts the user has to click.
 *
 * @param form - The provider's own form, with its CSRF token.
 */
export function signOutPage(texts: Texts, form: string): Page {
  return renderPage({
    title: texts.signOut,
    texts,
    content: html`${heading(texts, 'Logto', texts.signOut, html`${texts.signOutLead}`)} ${new Markup(form)}
      <p class="buttons">
        <button type="submit" class="button" form="op.logoutForm" name="logout" value="yes" id="sign-out">
          ${texts.signOut}
        </button>
      </p>`,
    script: "document.getElementById('sign-out').click();",
  });
}
