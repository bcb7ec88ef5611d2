import type { ProviderPages } from '../provider/provider-parts.js';
import { messagePage } from './message-page.js';
import { textsFor } from './page-texts.js';
import { signOutPage } from './sign-out-page.js';

/** The pages that belong to the provider's own endpoints. */
export const providerPages: ProviderPages = {
  signOut: (locales, form) => signOutPage(textsFor(locales), form),
  signedOut: (locales) => {
    const texts = textsFor(locales);
    return messagePage(texts, texts.signedOut, texts.signedOutLead);
  },
  notFound: (locales) => {
    const texts = textsFor(locales);
    return messagePage(texts, texts.notFound, texts.notFoundLead);
  },
  error: (locales, { error, error_description: description }, remedy) => {
    const texts = textsFor(locales);
    return messagePage(texts, texts.errorTitle, description ?? '', error, remedy);
  },
};
