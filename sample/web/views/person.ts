import type { UserClaims } from 'nestjs-logto';
import { html, type Markup } from './html.js';

/** What to call a user. Any of these claims may be missing, or `null`. */
export function displayName({ name, username, email, sub }: UserClaims): string {
  return name ?? username ?? email ?? sub;
}

/** The user's picture, or an initial. It stands beside the name, and so says nothing to a screen reader. */
export function picture(claims: UserClaims, size: number): Markup {
  if (claims.picture) {
    return html`<img
      class="picture"
      src="${claims.picture}"
      alt=""
      width="${size}"
      height="${size}"
      referrerpolicy="no-referrer"
    />`;
  }
  const [initial = ''] = displayName(claims);
  return html`<svg class="picture" width="${size}" height="${size}" viewBox="0 0 32 32" aria-hidden="true">
    <text x="16" y="21.5" text-anchor="middle" font-size="16">${initial.toUpperCase()}</text>
  </svg>`;
}
