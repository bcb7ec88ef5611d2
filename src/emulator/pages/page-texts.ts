import type { IdentifierKind } from '../experience/identifier-kinds.js';
import { english } from './texts/english.js';
import { french } from './texts/french.js';
import { german } from './texts/german.js';
import { spanish } from './texts/spanish.js';

/** The words of the pages in one language. */
export interface Texts {
  /** The language itself, as `lang` has it. */
  language: string;
  emulator: string;
  notForProduction: string;

  signIn: string;
  continueTo: (application: string) => string;
  inOrganization: (organization: string) => string;
  oneClick: string;
  orPassword: string;
  identifier: Record<IdentifierKind, string>;
  /** Between the last two of a list. */
  or: string;
  password: string;
  name: string;
  optional: string;
  forgotPassword: string;
  noAccountYet: string;
  createAccount: string;
  haveAccount: string;
  back: string;

  wrongPassword: string;
  noPassword: string;
  suspended: string;
  suspendedTag: string;
  badLink: string;
  taken: (field: string) => string;
  required: (field: string) => string;

  resetPassword: string;
  resetLead: string;
  newPassword: string;
  save: string;
  unknownAccount: string;

  pretend: (provider: string) => string;
  pretendLead: (provider: string) => string;
  pretendOther: string;
  continue: string;

  consentTitle: (application: string) => string;
  consentLead: (application: string, person: string) => string;
  consentNothing: string;
  /** What a scope lets an application see; others are shown by name. */
  scopes: Record<string, string>;
  organizations: string;
  authorize: string;
  cancel: string;

  signOut: string;
  signOutLead: string;
  signedOut: string;
  signedOutLead: string;

  gone: string;
  goneLead: string;
  foreignForm: string;
  notFound: string;
  notFoundLead: string;
  errorTitle: string;
  /** Before the options that would have let the request pass. */
  remedyLead: string;

  homeLead: string;
  addresses: string;
  applications: string;
  users: string;
  none: string;
}

const languages: Record<string, Texts> = { en: english, de: german, es: spanish, fr: french };

/** The words in the first language that the pages know; English otherwise. Takes `ui_locales` and `Accept-Language`. */
export function textsFor(locales: string | undefined): Texts {
  const wanted = locales?.split(/[\s,]+/).map((locale) => locale.slice(0, 2).toLowerCase()) ?? [];
  const known = wanted.find((language) => language in languages);
  return (known !== undefined && languages[known]) || english;
}
