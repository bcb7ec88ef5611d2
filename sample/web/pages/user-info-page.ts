import type { LogtoContext } from 'nestjs-logto';
import { claimsTable } from '../views/claims-table.js';
import { codeOf } from '../views/code-of.js';
import { html } from '../views/html.js';
import { layout } from '../views/layout.js';

/** The response of the userinfo endpoint. */
export function userInfoPage(user: LogtoContext): string {
  return layout({
    title: 'User info',
    path: '/user-info',
    user,
    content: html`<h1>The full profile</h1>
      <p class="lead">
        Fetched from Logto for this request. Some of it, such as custom data and the names of organizations,
        is not part of the ID token.
      </p>
      ${user.userInfo && claimsTable(user.userInfo)} ${codeOf('user-info')}`,
  });
}
