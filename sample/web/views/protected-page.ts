import type { LogtoContext } from 'nestjs-logto';
import { books } from './books.js';
import { codeOf } from './code-of.js';
import { html } from './html.js';
import { layout } from './layout.js';
import { displayName } from './person.js';

/** A page for signed-in users. */
export function protectedPage(user: LogtoContext): string {
  return layout({
    title: 'Protected',
    path: '/protected',
    user,
    content: html`<h1>Members only</h1>
      <p class="lead">
        Come in, ${user.claims && displayName(user.claims)}. Only signed-in users can see these books. Sign
        out and open this page again: you will be asked to sign in.
      </p>
      ${books} ${codeOf('protected')}`,
  });
}
