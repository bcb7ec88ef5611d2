import { english, type Texts } from './english.js';
import { french } from './french.js';
import { german } from './german.js';
import { spanish } from './spanish.js';

const languages: Record<string, Texts> = { en: english, de: german, es: spanish, fr: french };

/** The texts in the first supported language of `ui_locales` or `Accept-Language`, else in English. */
export function textsFor(locales: string | undefined): Texts {
  const requested = locales?.split(/[\s,]+/).map((locale) => locale.slice(0, 2).toLowerCase()) ?? [];
  const supported = requested.find((language) => language in languages);
  return (supported !== undefined && languages[supported]) || english;
}
