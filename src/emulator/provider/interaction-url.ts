import type { KoaContextWithOIDC } from 'oidc-provider';

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

/** The page that a person is sent to, with the address that Logto's page has. */
export function interactionUrl(ctx: KoaContextWithOIDC, prompt: string): string {
  const given = (ctx.oidc.params ?? {}) as Record<string, string | undefined>;
  const query = new URLSearchParams();
  const pass = (name: string, value = given[name]) => value && query.set(name, value);
  pass('app_id', given['client_id']);
  if (prompt === 'consent') {
    return `/consent?${query.toString()}`;
  }
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
