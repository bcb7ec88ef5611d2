import type { IdentifierKind } from '../experience/identifier-kinds.js';
import { identifierInput, nameInput, passwordInput } from './form-field.js';
import { html } from './html.js';
import { alert, heading, renderPage, type Page } from './page-layout.js';
import type { Texts } from './page-texts.js';

/** What the sign-up page shows. */
export interface RegisterView {
  texts: Texts;
  application: string;
  /** What an account must have; a password it has in any case. */
  identifiers: readonly IdentifierKind[];
  /** What was typed before the page came back. */
  typed: Record<string, string>;
  error: string | undefined;
  action: string;
}

/** Create an account: it lives as long as the emulator runs. */
export function registerPage({ texts, application, identifiers, typed, error, action }: RegisterView): Page {
  return renderPage({
    title: `${texts.createAccount} · ${application}`,
    texts,
    content: html`${heading(texts, application, texts.createAccount, html`${texts.continueTo(application)}`)}
      ${alert(error)}
      <form class="fields" method="post" action="${action}">
        ${identifiers.map((kind) => identifierInput(kind, texts, typed[kind], error))}
        ${nameInput(texts, typed['name'])} ${passwordInput(texts.password, true, undefined)}
        <button type="submit" class="button">${texts.createAccount}</button>
      </form>
      <p class="below">${texts.haveAccount} <a href="sign-in">${texts.signIn}</a></p>`,
  });
}
