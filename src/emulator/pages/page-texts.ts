/** The words of the pages in one language. */
export interface Texts {
  language: string;
  emulator: string;
  notForProduction: string;
  signIn: string;
  continueTo: (name: string) => string;
  inOrganization: (name: string) => string;
  oneClick: string;
  orPassword: string;
  identifier: { username: string; email: string; phone: string };
  or: string;
  password: string;
  name: string;
  optional: string;
  wrongPassword: string;
  suspended: string;
  noPassword: string;
  noAccountYet: string;
  createAccount: string;
  haveAccount: string;
  taken: (what: string) => string;
  required: (what: string) => string;
  resetPassword: string;
  resetLead: string;
  newPassword: string;
  save: string;
  unknownAccount: string;
  passwordChanged: string;
  pretend: (provider: string) => string;
  pretendLead: (provider: string) => string;
  pretendOther: string;
  continue: string;
  back: string;
  badLink: string;
  consentTitle: (name: string) => string;
  consentLead: (name: string) => string;
  organizations: string;
  authorize: string;
  cancel: string;
  signOut: string;
  signOutLead: string;
  signedOut: string;
  signedOutLead: string;
  gone: string;
  goneLead: string;
  errorTitle: string;
}

const english: Texts = {
  language: 'en',
  emulator: 'Logto emulator',
  notForProduction: 'a stand-in for development and tests, not for production',
  signIn: 'Sign in',
  continueTo: (name) => `to continue to ${name}`,
  inOrganization: (name) => `in the organization ${name}`,
  oneClick: 'One click',
  orPassword: 'or with a password',
  identifier: { username: 'Username', email: 'Email', phone: 'Phone number' },
  or: 'or',
  password: 'Password',
  name: 'Name',
  optional: 'optional',
  wrongPassword: 'The account or the password is wrong. Try again.',
  suspended: 'This account is suspended.',
  noPassword: 'This account has no password: sign in with one click above.',
  noAccountYet: 'No account yet?',
  createAccount: 'Create an account',
  haveAccount: 'Already have an account?',
  taken: (what) => `${what}: somebody else has it already.`,
  required: (what) => `${what}: please fill in.`,
  resetPassword: 'Reset your password',
  resetLead: 'The emulator sends no code: choose a new password at once.',
  newPassword: 'New password',
  save: 'Save and continue',
  unknownAccount: 'There is no such account.',
  passwordChanged: 'Your password is changed. Sign in with it.',
  pretend: (provider) => `Continue with ${provider}`,
  pretendLead: (provider) => `This page stands in for ${provider}. Choose who comes back from it.`,
  pretendOther: 'or somebody else',
  continue: 'Continue',
  back: 'Other ways to sign in',
  badLink: 'This link is invalid, was used already or has expired.',
  consentTitle: (name) => `Authorize ${name}`,
  consentLead: (name) => `${name} asks for access to:`,
  organizations: 'Organizations',
  authorize: 'Authorize',
  cancel: 'Cancel',
  signOut: 'Sign out',
  signOutLead: 'You are being signed out.',
  signedOut: 'You are signed out',
  signedOutLead: 'You can close this page.',
  gone: 'This sign-in is no longer open',
  goneLead: 'It was finished in another tab, or has expired. Go back to the application and start again.',
  errorTitle: 'This request cannot be answered',
};

/** The words for the first of `uiLocales` that the pages know, English otherwise. */
export function textsFor(_uiLocales: string | undefined): Texts {
  return english;
}
