import type { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { SignInOptions } from '../options/sign-in-options.js';
import { acrValuesOf } from '../options/authentication-context.js';
import { Prompt } from '../options/logto-constants.js';

/**
 * Parameters of the authorization request, without PKCE, `state` and `nonce`.
 * @see {@link https://docs.logto.io/end-user-flows/authentication-parameters}
 */
export function authorizationParameters(
  options: Pick<ResolvedLogtoOptions, 'scopes' | 'resources' | 'prompt'>,
  signIn: SignInOptions,
): URLSearchParams {
  const parameters = new URLSearchParams({ scope: options.scopes.join(' ') });
  for (const resource of options.resources) parameters.append('resource', resource);
  parameters.set('prompt', promptOf(options.prompt, signIn.prompt).join(' '));
  const optional = {
    first_screen: signIn.firstScreen,
    identifier: signIn.identifiers?.join(' '),
    direct_sign_in: signIn.directSignIn && `${signIn.directSignIn.method}:${signIn.directSignIn.target}`,
    login_hint: signIn.loginHint,
    one_time_token: signIn.oneTimeToken,
    ui_locales: signIn.uiLocales,
    organization_id: signIn.organizationId,
    max_age: signIn.maxAge?.toString(),
    acr_values: acrValuesOf(signIn.acrValues).join(' ') || undefined,
    theme: signIn.theme,
    confirm_redirect_policy: signIn.confirmRedirectPolicy,
    ...signIn.extraParams,
  };
  for (const [name, value] of Object.entries(optional)) if (value !== undefined) parameters.set(name, value);
  return parameters;
}

/**
 * Adds the prompts of this sign-in to those of the module, because Logto issues no refresh token without `consent`.
 * `none` cannot be combined (OpenID Connect Core 3.1.2.1).
 */
function promptOf(configured: readonly Prompt[], requested: Prompt | Prompt[] | undefined): Prompt[] {
  const own = requested === undefined ? [] : [requested].flat();
  if (own.includes(Prompt.None)) return [Prompt.None];
  const inherited = own.length > 0 ? configured.filter((prompt) => prompt !== Prompt.None) : configured;
  return [...new Set([...own, ...inherited])];
}
