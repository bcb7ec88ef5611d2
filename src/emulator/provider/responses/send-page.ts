import type { KoaContextWithOIDC } from 'oidc-provider';

import type { Page } from '../../pages/layout/page-layout.js';
import type { Texts } from '../../pages/texts/english.js';
import { textsFor } from '../../pages/texts/texts-for.js';

/** Sends a page from one of the provider's own endpoints. */
export function sendPage(ctx: KoaContextWithOIDC, page: Page): void {
  ctx.set(page.headers);
  ctx.body = page.body;
}

/** The texts in the language that the application asks for with `ui_locales`, else in the browser's. */
export function textsOf(ctx: KoaContextWithOIDC): Texts {
  const locales = ctx.oidc.params?.['ui_locales'];
  return textsFor(typeof locales === 'string' ? locales : ctx.get('accept-language'));
}
