import type { LogtoContext } from 'nestjs-logto';
import { books } from '../views/books.js';
import { codeOf } from '../views/code-of.js';
import { html } from '../views/html.js';
import { layout } from '../views/layout.js';
import { displayName } from '../views/person.js';

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
