import type { TenantUser } from '../tenant/tenant.js';
import { html, type Markup } from './html.js';
import { alert, heading, initials, renderPage, type Page } from './page-layout.js';
import type { Texts } from './page-texts.js';

export type IdentifierKind = 'username' | 'email' | 'phone';

/** What the sign-in page shows. */
export interface SignInView {
  texts: Texts;
  /** The application's name. */
  application: string;
  organization?: string | undefined;
  users: TenantUser[];
  identifiers: IdentifierKind[];
  /** What is in the identifier field already. */
  typed?: string | undefined;
  error?: string | undefined;
  notice?: string | undefined;
  /** Where the forms post to, with the page's own query. */
  action: string;
}

/** Sign in with one click as a seeded user, or with a password. */
export function signInPage(view: SignInView): Page {
  const { texts, application, users, error, typed } = view;
  return renderPage({
    title: `${texts.signIn} · ${application}`,
    texts,
    content: html`${heading(application, texts.signIn, lead(view))} ${alert(error)}
      ${view.notice !== undefined && html`<p class="note" role="status">${view.notice}</p>`}
      ${users.length > 0 && people(texts.oneClick, view.action, users)}
      ${users.length > 0 && html`<p class="or">${texts.orPassword}</p>`}
      <form class="fields" method="post" action="${view.action}">
        <div>
          <label for="identifier">${identifierLabel(view)}</label>
          <input
            id="identifier"
            name="identifier"
            value="${typed ?? ''}"
            autocomplete="username"
            autocapitalize="none"
            spellcheck="false"
            required${invalid(error)}
          />
        </div>
        <div>
          <label for="password">${texts.password}</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required${invalid(error)}
          />
        </div>
        <button class="button">${texts.signIn}</button>
      </form>
      <p class="below">${texts.noAccountYet} <a href="/register">${texts.createAccount}</a></p>`,
  });
}

/** The seeded users, a button each. */
export function people(title: string, action: string, users: TenantUser[]): Markup {
  return html`<h2 id="people">${title}</h2>
    <form method="post" action="${action}">
      <ul class="people" aria-labelledby="people">
        ${users.map(
          (user) =>
            html`<li>
              <button class="person" name="user" value="${user.id}">
                <span class="face" aria-hidden="true">${initials(user.name ?? user.username)}</span>
                <span class="who"
                  ><b>${user.name ?? user.username}</b
                  ><small>${user.primaryEmail ?? user.username}</small></span
                >
                ${user.roles[0] !== undefined && html`<span class="tag">${user.roles[0]}</span>`}
              </button>
            </li> `,
        )}
      </ul>
    </form>`;
}

function lead({ texts, application, organization }: SignInView): Markup {
  return html`${texts.continueTo(application)}${organization !== undefined && html` · ${texts.inOrganization(organization)}`}`;
}

function identifierLabel({ texts, identifiers }: SignInView): string {
  return identifiers
    .map((kind) => texts.identifier[kind])
    .join(', ')
    .replace(/, (?=[^,]*$)/, ` ${texts.or} `);
}

function invalid(error: string | undefined): Markup | false {
  return error !== undefined && html` aria-invalid="true" aria-describedby="alert"`;
}
