import type { TenantOrganization, TenantUser } from '../tenant/tenant.js';
import { html } from './layout/html.js';
import { heading, renderPage, type Page } from './layout/page-layout.js';
import type { PageView } from './layout/page-view.js';

interface ConsentView extends PageView {
  user: TenantUser;
  /** The names of the requested scopes. */
  scopes: string[];
  /** The organizations that the user can give the application access to. */
  organizations: TenantOrganization[];
}

/** Asks the user for consent to a third-party application. */
export function consentPage({
  texts,
  application,
  user,
  scopes,
  organizations,
  action,
  theme,
}: ConsentView): Page {
  const title = texts.authorizeApplication(application);
  const lead = html`${texts.consentLead(application, user.name ?? user.username)}`;
  return renderPage({
    title,
    texts,
    theme,
    content: html`${heading(texts, application, title, lead)}
      <form method="post" action="${action}">
        <ul class="scopes">
          ${scopes.length === 0 && html`<li>${texts.noScopes}</li>`}
          ${scopes.map((scope) => html`<li><span>${texts.scopes[scope] ?? html`<code>${scope}</code>`}</span></li>`)}
        </ul>
        ${
          organizations.length > 0 &&
          html`<fieldset>
            <legend>${texts.organizations}</legend>
            ${organizations.map(
              ({ id, name }) =>
                html`<label class="check"
                  ><input type="checkbox" name="organization" value="${id}" checked /> ${name}</label
                >`,
            )}
          </fieldset>`
        }
        <div class="buttons">
          <button type="submit" class="button" name="decision" value="authorize">${texts.authorize}</button>
          <button type="submit" class="button quiet" name="decision" value="cancel">${texts.cancel}</button>
        </div>
      </form>`,
  });
}
