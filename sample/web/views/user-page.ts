import type { LogtoContext } from 'nestjs-logto';
import { claimsTable } from './claims-table.js';
import { codeOf } from './code-of.js';
import { html } from './html.js';
import { layout } from './layout.js';

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
      ${user.claims ? claimsTable(user.claims) : html`<pre class="box">${JSON.stringify(user, null, 2)}</pre>`}
      ${codeOf('user')}`,
  });
}
