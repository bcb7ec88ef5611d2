import type { LogtoContext } from 'nestjs-logto';
import { html, type Markup } from './html.js';
import { displayName, picture } from './person.js';

/** The user and a sign-out button, or links to sign in and sign up that return to this page. */
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
