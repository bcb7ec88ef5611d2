/** The texts of the pages. */
export const english = {
  /** For the `lang` attribute. */
  language: 'en',
  emulator: 'Logto emulator',
  notForProduction: 'for development and tests only, not for production',

  signIn: 'Sign in',
  continueTo: (application: string) => `to continue to ${application}`,
  inOrganization: (organization: string) => `organization ${organization}`,
  oneClick: 'Sign in with one click',
  orPassword: 'or with a password',
  identifier: { username: 'Username', email: 'Email', phone: 'Phone number' },
  /** Joins the last two items of a list. */
  or: 'or',
  password: 'Password',
  name: 'Name',
  optional: 'optional',
  forgotPassword: 'Forgot your password?',
  noAccountYet: 'No account yet?',
  createAccount: 'Create an account',
  haveAccount: 'Already have an account?',
  otherSignIn: 'Other ways to sign in',

  wrongPassword: 'The account or the password is wrong. Please try again.',
  noPassword: 'This account has no password. Sign in with one click.',
  suspended: 'This account is suspended.',
  suspendedTag: 'suspended',
  invalidLink: 'This link is invalid, was used already, or has expired.',
  taken: (field: string) => `${field} is already in use.`,
  required: (field: string) => `${field} is required.`,

  resetPassword: 'Reset your password',
  resetPasswordLead: 'The emulator sends no verification code. Choose a new password here.',
  newPassword: 'New password',
  save: 'Save and sign in',
  unknownAccount: 'This account does not exist.',

  continueWith: (provider: string) => `Continue with ${provider}`,
  socialLead: (provider: string) => `This page replaces the sign-in page of ${provider}. Choose an account.`,
  orOtherAccount: 'or with another account',
  continue: 'Continue',

  stepUp: "Confirm that it's you",
  stepUpLead: (application: string) => `${application} asks for your second factor.`,
  stepUpCode: 'The emulator accepts the same code for every user:',
  code: 'Code',
  wrongCode: 'The code is wrong. Please try again.',
  noSecondFactor: "I don't have a second factor",

  authorizeApplication: (application: string) => `Authorize ${application}`,
  consentLead: (application: string, user: string) =>
    `${application} requests access to the account of ${user}:`,
  noScopes: 'Only your user ID',
  /** A scope without a description is shown by its name. */
  scopes: {
    profile: 'Your name, picture and profile',
    email: 'Your email address',
    phone: 'Your phone number',
    address: 'Your address',
    custom_data: 'Custom data of your account',
    identities: 'Your linked social accounts',
    roles: 'Your roles',
    'urn:logto:scope:organizations': 'The organizations you belong to',
    'urn:logto:scope:organization_roles': 'Your roles in these organizations',
  } as Record<string, string>,
  organizations: 'Organizations to authorize',
  authorize: 'Authorize',
  cancel: 'Cancel',

  signOut: 'Sign out',
  signOutLead: 'You are being signed out of all applications in this browser.',
  signedOut: 'You are signed out',
  signedOutLead: 'You can close this page.',

  signInLost: 'This sign-in is no longer valid',
  signInLostLead:
    'It was completed in another tab, or it has expired. Go back to the application and start again.',
  foreignForm: 'This form was submitted from another site',
  startAgain: 'Go back to the application and start again.',
  notFound: 'Page not found',
  notFoundLead: 'The emulator serves only the sign-in pages and the endpoints under /oidc and /api.',
  invalidRequest: 'Invalid request',
  /** Introduces the options that make the request valid. */
  remedyLead: "Add to the emulator's options:",

  homeLead: 'The emulator is running.',
  urls: 'URLs',
  applications: 'Applications',
  users: 'Users',
  none: 'none',
};

/** The texts in any language. */
export type Texts = typeof english;
