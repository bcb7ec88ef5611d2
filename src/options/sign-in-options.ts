import type { Prompt } from './logto-constants.js';

/** The pages of Logto that a sign-in can begin with. */
export const firstScreens = [
  'sign_in',
  'register',
  'reset_password',
  'identifier:sign_in',
  'identifier:register',
  'single_sign_on',
] as const;

/** What a user can sign in with. */
export const signInIdentifiers = ['email', 'phone', 'username'] as const;

/** The colors of Logto's pages. */
export const themes = ['light', 'dark'] as const;

/** Parameters of one sign-in, which Logto's sign-in page reads. */
export interface SignInOptions {
  /**
   * The page that the user sees first. Default: Logto's sign-in page.
   * @see {@link https://docs.logto.io/end-user-flows/authentication-parameters/first-screen}
   */
  firstScreen?: (typeof firstScreens)[number];
  /** Identifiers that the `identifier:…` screens and `reset_password` accept. Default: all that the tenant allows. */
  identifiers?: (typeof signInIdentifiers)[number][];
  /** Skips the sign-in page, and goes directly to a social or enterprise connector. Default: none. */
  directSignIn?: { method: 'social' | 'sso'; target: string };
  /** Prefills the identifier of the user: an email address, phone number or username. Default: none. */
  loginHint?: string;
  /**
   * A magic link's token, together with `loginHint`. Only through `LogtoService.signIn`: a link with another user's
   * token would sign the visitor in as that user. Default: none.
   */
  oneTimeToken?: string;
  /** Preferred languages of the pages, space-separated (OpenID Connect Core 3.1.2.1). Default: as the tenant decides. */
  uiLocales?: string;
  /** The organization whose branding and connectors the page uses. Default: none. */
  organizationId?: string;
  /** Prompts to add to the module's `prompt`. `'none'` replaces it. Default: none. */
  prompt?: Prompt | Prompt[];
  /**
   * Require a new sign-in if the last one at Logto is older, in seconds (OpenID Connect Core 3.1.2.1). Default: no limit.
   */
  maxAge?: number;
  /**
   * The authentication contexts that the sign-in may have, the preferred one first: `LogtoAcr.Mfa` for a second factor
   * (`acr_values`, OpenID Connect Core 3.1.2.1). A list, or a string separated by spaces. The callback rejects a sign-in that
   * meets none of them: `insufficient_authentication`. Needs Logto 1.46. Default: as Logto decides.
   * @see {@link https://docs.logto.io/end-user-flows/step-up-authentication}
   */
  acrValues?: string | string[];
  /** The colors of Logto's pages. Needs Logto 1.44. Default: as the tenant and the browser decide. */
  theme?: (typeof themes)[number];
  /** Logto's parameter `confirm_redirect_policy`, passed on unchanged. Needs Logto 1.46. Default: as Logto decides. */
  confirmRedirectPolicy?: string;
  /** Any other parameters that Logto supports. Default: none. */
  extraParams?: Record<string, string>;
}
