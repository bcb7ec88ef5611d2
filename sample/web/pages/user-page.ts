import type { LogtoContext } from 'nestjs-logto';
import { claimsTable } from '../views/claims-table.js';
import { codeOf } from '../views/code-of.js';
import { html } from '../views/html.js';
import { layout } from '../views/layout.js';
import { localUserTable } from '../views/local-user-table.js';

/** The user context, signed in or anonymous. */
export function userPage(user: LogtoContext): string {
  return layout({
    title: 'User',
    path: '/user',
    user,
    content: html`<h1>The signed-in user</h1>
      <p class="lead">
        ${
          user.isAuthenticated
            ? 'You are signed in. These are the claims of your ID token from the session.'
            : 'You are not signed in. This page is public, so that is not an error.'
        }
      </p>
      ${
        user.localUser &&
        html`<h2 id="local-user">Your row in the table of this app</h2>
          ${localUserTable(user.localUser)}
          <h2>Your claims</h2>`
      }
      ${user.claims ? claimsTable(user.claims) : html`<pre class="box">${JSON.stringify(user, null, 2)}</pre>`}
      ${codeOf('user')} ${user.localUser && codeOf('local-user')}`,
  });
}
