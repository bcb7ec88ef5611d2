import { html, type Markup } from './html.js';

/** A point in time, to the second. */
export function time(value: Date): Markup {
  const iso = value.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time>`;
}
