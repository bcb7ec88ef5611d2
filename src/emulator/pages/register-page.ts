import { html, type Markup } from './html.js';
import { alert, heading, renderPage, type Page } from './page-layout.js';
import type { Texts } from './page-texts.js';
import type { IdentifierKind } from './sign-in-page.js';

/** What the sign-up page shows. */
export interface RegisterView {
  texts: Texts;
  application: string;
  /** What an account must have; a password it has in any case. */
  identifiers: IdentifierKind[];
  /** What was typed before the page came back. */
  typed: Record<string, string>;
  error?: string | undefined;
  action: string;
}

const inputs = {
  username: { type: 'text', autocomplete: 'username' },
  email: { type: 'email', autocomplete: 'email' },
  phone: { type: 'tel', autocomplete: 'tel' },
} as const;

/** Create an account: it lives as long as the emulator runs. */
export function registerPage({ texts, application, identifiers, typed, error, action }: RegisterView): Page {
  return renderPage({
    title: `${texts.createAccount} · ${application}`,
    texts,
    content: html`${heading(application, texts.createAccount, html`${texts.continueTo(application)}`)}
      ${alert(error)}
      <form class="fields" method="post" action="${action}">
        ${identifiers.map(
          (kind) =>
            html`<div>
              <label for="${kind}">${texts.identifier[kind]}</label>
              <input
                id="${kind}"
                name="${kind}"
                type="${inputs[kind].type}"
                value="${typed[kind] ?? ''}"
                autocomplete="${inputs[kind].autocomplete}"
                autocapitalize="none"
                spellcheck="false"
                required${described(error)}
              />
            </div> `,
        )}
        <div>
          <label for="name">${texts.name} <i>(${texts.optional})</i></label>
          <input id="name" name="name" value="${typed['name'] ?? ''}" autocomplete="name" />
        </div>
        <div>
          <label for="password">${texts.password}</label>
          <input id="password" name="password" type="password" autocomplete="new-password" required />
        </div>
        <button class="button">${texts.createAccount}</button>
      </form>
      <p class="below">${texts.haveAccount} <a href="/sign-in">${texts.signIn}</a></p>`,
  });
}

function described(error: string | undefined): Markup | false {
  return error !== undefined && html` aria-describedby="alert"`;
}
