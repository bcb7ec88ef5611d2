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
        Come in, ${user.claims && displayName(user.claims)}. Here are the books that nobody else gets to see:
        sign out, come here again, and you will be asked who you are.
      </p>
      ${books} ${codeOf('protected')}`,
  });
}
