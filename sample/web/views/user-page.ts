import type { LogtoContext } from 'nestjs-logto';
import { claimsTable } from './claims-table.js';
import { codeOf } from './code-of.js';
import { html } from './html.js';
import { layout } from './layout.js';

/** The user context, whoever is there. */
export function userPage(user: LogtoContext): string {
  return layout({
    title: 'User',
    path: '/user',
    user,
    content: html`<h1>Who is there</h1>
      <p class="lead">
        ${
          user.isAuthenticated
            ? 'You are signed in. These are the claims of your ID token, as the session keeps them.'
            : 'Nobody is signed in, and that is no error: this page is open to everybody.'
        }
      </p>
      ${user.claims ? claimsTable(user.claims) : html`<pre class="box">${JSON.stringify(user, null, 2)}</pre>`}
      ${codeOf('user')}`,
  });
}
