import { interactionPath } from '../experience/interaction-path.js';
import { secondFactorCode } from '../experience/step-up-screen.js';
import type { TenantUser } from '../tenant/tenant.js';
import type { CookieJar } from './cookie-jar.js';
import type { ChooseForm, FormSubmission } from './submit-pages.js';

/** Options of {@link LogtoEmulator.signIn}. */
export interface EmulatorSignInOptions {
  /** Id, username, e-mail address or phone number of the user. */
  username: string;
  /** The password. Default: none; the user signs in with one click. */
  password?: string;
  /** The cookie jar, which keeps the session at the emulator. Default: a new one. */
  cookies?: CookieJar;
  /** The answer on the consent page of a third-party application. Default: `authorize`. */
  consent?: 'authorize' | 'cancel';
  /** Whether the user has a second factor, for an authorization request that asks for one. Default: true. */
  secondFactor?: boolean;
}

/** Options of {@link LogtoEmulator.signUp}. The fields that the page requires must be given. */
export interface EmulatorSignUpOptions {
  username?: string;
  email?: string;
  phone?: string;
  password: string;
  name?: string;
  /** The cookie jar, which keeps the session at the emulator. Default: a new one. */
  cookies?: CookieJar;
  /** The answer on the consent page of a third-party application. Default: `authorize`. */
  consent?: 'authorize' | 'cancel';
}

/** The forms to submit to sign a user in. */
export function signInForms(
  user: TenantUser,
  { username, password, consent, secondFactor }: EmulatorSignInOptions,
): ChooseForm {
  const organizations = user.organizations.map(({ id }) => id);
  const fields: FormSubmission['fields'] =
    password === undefined ? { user: user.id } : { identifier: username, password };
  return (path) => {
    const { base, page } = interactionPath(path);
    if (page === '/consent') return consentForm(consent, organizations);
    if (page === '/step-up') return stepUpForm(secondFactor);
    if (path.startsWith('/oidc/')) return undefined;
    const isSocial = page.startsWith('/direct/') || page === '/single-sign-on';
    // Whatever the first screen is, an existing user goes to the sign-in page.
    return { fields, path: isSocial ? path : `${base}/sign-in` };
  };
}

/** The forms to submit to create an account. */
export function signUpForms({ cookies: _cookies, consent, ...fields }: EmulatorSignUpOptions): ChooseForm {
  return (path) => {
    const { base, page } = interactionPath(path);
    if (page === '/consent') return consentForm(consent, []);
    if (page === '/step-up') return stepUpForm();
    return path.startsWith('/oidc/') ? undefined : { fields, path: `${base}/register` };
  };
}

function consentForm(decision = 'authorize', organizations: string[]): FormSubmission {
  const fields = organizations.map((id): [string, string] => ['organization', id]);
  return { fields: [['decision', decision], ...fields] };
}

function stepUpForm(hasSecondFactor = true): FormSubmission {
  return { fields: hasSecondFactor ? { code: secondFactorCode } : { decision: 'cancel' } };
}
