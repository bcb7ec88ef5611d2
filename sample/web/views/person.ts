import type { UserClaims } from 'nestjs-logto';
import { html, type Markup } from './html.js';

/** The name to show for a user. Any of these claims may be missing or `null`. */
export function displayName({ name, username, email, sub }: UserClaims): string {
  return name ?? username ?? email ?? sub;
}

/**
 * The user's picture, or the initial of the name if there is no picture or it does not load. It is hidden from screen
 * readers, because the name is next to it.
 */
export function picture(claims: UserClaims, size: number): Markup {
  const [first = ''] = displayName(claims);
  const initial = first.toUpperCase();
  if (claims.picture) {
    return html`<img
      class="picture"
      data-initial="${initial}"
      src="${claims.picture}"
      alt=""
      width="${size}"
      height="${size}"
      referrerpolicy="no-referrer"
    />`;
  }
  return html`<svg class="picture" width="${size}" height="${size}" viewBox="0 0 32 32" aria-hidden="true">
    <text x="16" y="21.5" text-anchor="middle" font-size="16">${initial}</text>
  </svg>`;
}
