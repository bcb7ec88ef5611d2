import type { LogtoContext } from 'nestjs-logto';
import { html, type Markup } from './html.js';
import { displayName, picture } from './person.js';

/** Who is signed in and the way out; or the ways in, which come back to this page. */
export function accountMenu({ isAuthenticated, claims }: LogtoContext, path: string): Markup {
  if (!isAuthenticated || !claims) {
    const returnTo = encodeURIComponent(path);
    return html`<div class="account">
      <a class="button quiet" href="/logto/sign-up?returnTo=${returnTo}">Sign up</a>
      <a class="button" href="/logto/sign-in?returnTo=${returnTo}">Sign in</a>
    </div>`;
  }
  return html`<div class="account">
    <span class="who">${picture(claims, 32)} <span class="name">${displayName(claims)}</span></span>
    <form method="post" action="/logto/sign-out">
      <button type="submit" class="button quiet">Sign out</button>
    </form>
  </div>`;
}
