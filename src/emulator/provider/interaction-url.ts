import type { Interaction } from 'oidc-provider';

import type { ResolvedOptions } from '../options/logto-emulator-schema.js';
import { isStepUp } from './step-up-policy.js';

const firstScreens: Record<string, string> = {
  sign_in: 'sign-in',
  register: 'register',
  reset_password: 'reset-password',
  'identifier:sign_in': 'identifier-sign-in',
  'identifier:register': 'identifier-register',
  single_sign_on: 'single-sign-on',
  // The older parameter `interaction_mode`.
  signIn: 'sign-in',
  signUp: 'register',
};

/**
 * The path to which the authorization endpoint redirects: a page, as in Logto, or a path of this interaction alone.
 * The provider keeps the interaction in a cookie for that path. Logto's pages share a single cookie.
 */
export function interactionUrl(interaction: Interaction, options: ResolvedOptions): string {
  return options.sharedInteraction ? pageUrl(interaction) : `/interaction/${interaction.uid}`;
}

/** The page for an interaction, at the same path as Logto's. */
export function pageUrl(interaction: Interaction): string {
  const { params, prompt } = interaction;
  const given = params as Record<string, string | undefined>;
  const query = new URLSearchParams();
  const pass = (name: string, value = given[name]) => value && query.set(name, value);
  pass('app_id', given['client_id']);
  if (prompt.name === 'consent') return `/consent?${query.toString()}`;
  if (isStepUp(interaction)) return `/step-up?${query.toString()}`;
  pass('organization_id');
  pass('ui_locales');
  pass('one_time_token');
  pass('login_hint');
  pass('identifier');
  const screen = firstScreens[given['first_screen'] ?? given['interaction_mode'] ?? 'sign_in'] ?? 'sign-in';
  const direct = given['direct_sign_in'] ?? (given['google_one_tap_credential'] && 'social:google');
  if (direct) {
    const [method = '', target = ''] = direct.split(':');
    query.set('fallback', screen);
    return `/direct/${encodeURIComponent(method)}/${encodeURIComponent(target)}?${query.toString()}`;
  }
  return `/${screen}?${query.toString()}`;
}
