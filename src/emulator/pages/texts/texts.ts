import type { IdentifierKind } from '../../tenant/identifier-kind.js';

/** The texts of the pages in one language. */
export interface Texts {
  /** The language code, for the `lang` attribute. */
  language: string;
  emulator: string;
  notForProduction: string;

  signIn: string;
  continueTo: (application: string) => string;
  inOrganization: (organization: string) => string;
  oneClick: string;
  orPassword: string;
  identifier: Record<IdentifierKind, string>;
  /** Joins the last two items of a list. */
  or: string;
  password: string;
  name: string;
  optional: string;
  forgotPassword: string;
  noAccountYet: string;
  createAccount: string;
  haveAccount: string;
  otherSignIn: string;

  wrongPassword: string;
  noPassword: string;
  suspended: string;
  suspendedTag: string;
  invalidLink: string;
  taken: (field: string) => string;
  required: (field: string) => string;

  resetPassword: string;
  resetPasswordLead: string;
  newPassword: string;
  save: string;
  unknownAccount: string;

  continueWith: (provider: string) => string;
  socialLead: (provider: string) => string;
  orOtherAccount: string;
  continue: string;

  authorizeApplication: (application: string) => string;
  consentLead: (application: string, user: string) => string;
  noScopes: string;
  /** Descriptions of scopes. A scope without a description is shown by its name. */
  scopes: Record<string, string>;
  organizations: string;
  authorize: string;
  cancel: string;

  signOut: string;
  signOutLead: string;
  signedOut: string;
  signedOutLead: string;

  signInLost: string;
  signInLostLead: string;
  foreignForm: string;
  notFound: string;
  notFoundLead: string;
  invalidRequest: string;
  /** Introduces the options that would make the request valid. */
  remedyLead: string;

  homeLead: string;
  addresses: string;
  applications: string;
  users: string;
  none: string;
}
