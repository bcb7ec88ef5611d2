import type { Request } from 'express';
import { acrPattern, acrValuesOf } from '../options/authentication-context.js';
import { Prompt } from '../options/logto-constants.js';
import { firstScreens, signInIdentifiers, themes, type SignInOptions } from '../options/sign-in-options.js';
import { withoutUndefined } from '../options/without-undefined.js';
import { requestUrl } from '../request/request-url.js';
import type { SignInParameters } from '../sign-in/sign-in.js';

/** Maximum length of a value, in characters. */
const maxLength = 256;

/**
 * Parses the parameters that a link to the sign-in may have, by Logto's own names. Malformed or repeated ones are ignored.
 * So is `one_time_token`: a link with another user's token would sign the visitor in as that user.
 */
export function parseSignInQuery(request: Request): SignInParameters {
  const query = requestUrl(request).searchParams;
  const one = (name: string): string | undefined => {
    const values = query.getAll(name);
    const [value] = values;
    return values.length === 1 && value && value.length <= maxLength ? value : undefined;
  };
  const returnTo = query.getAll('returnTo');
  return withoutUndefined({
    returnTo: returnTo.length === 1 ? returnTo[0] : undefined,
    firstScreen: firstScreens.find((screen) => screen === one('first_screen')),
    identifiers: parseList(one('identifier'), signInIdentifiers),
    directSignIn: parseDirectSignIn(one('direct_sign_in')),
    loginHint: one('login_hint'),
    uiLocales: one('ui_locales'),
    organizationId: one('organization_id'),
    prompt: parseList(one('prompt'), Object.values(Prompt)),
    maxAge: parseSeconds(one('max_age')),
    acrValues: parseAcrValues(one('acr_values')),
    theme: themes.find((theme) => theme === one('theme')),
  });
}

function parseList<T extends string>(value: string | undefined, allowed: readonly T[]): T[] | undefined {
  const words = value?.split(' ').filter((word): word is T => (allowed as readonly string[]).includes(word));
  return words?.length ? words : undefined;
}

function parseSeconds(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

function parseAcrValues(value: string | undefined): string[] | undefined {
  const values = acrValuesOf(value).filter((one) => acrPattern.test(one));
  return values.length > 0 ? values : undefined;
}

function parseDirectSignIn(value: string | undefined): SignInOptions['directSignIn'] {
  const [, method, target] = /^(social|sso):([\w.-]+)$/.exec(value ?? '') ?? [];
  return method && target ? { method: method as 'social' | 'sso', target } : undefined;
}
