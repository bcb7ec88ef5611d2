import { socialPage } from '../pages/social-page.js';
import type { ExperienceParts, Visit } from './visit.js';

/** Stands in for a social or enterprise provider, at `/direct/<method>/<target>`. */
export async function socialScreen(visit: Visit, parts: ExperienceParts): Promise<void> {
  const [, , , target = ''] = visit.page.split('/');
  await pretend(visit, parts, decodeURIComponent(target) || 'social');
}

/** Enterprise sign-in by e-mail address, whatever its domain. */
export async function singleSignOnScreen(visit: Visit, parts: ExperienceParts): Promise<void> {
  await pretend(visit, parts, 'single-sign-on');
}

async function pretend(visit: Visit, { tenant }: ExperienceParts, target: string): Promise<void> {
  const { form, params, posted, texts } = visit;
  let error: string | undefined;
  if (posted) {
    const email = form.get('email')?.trim() ?? '';
    const clicked = form.get('user');
    const known = clicked === null ? tenant.findByIdentifier(email, ['email']) : tenant.users.get(clicked);
    const user =
      known ??
      (email ? tenant.register({ primaryEmail: email, name: form.get('name')?.trim() || null }) : undefined);
    if (user && !user.isSuspended) {
      const identities = { [target]: { userId: `${target}-${user.id}` }, ...user.identities };
      await visit.signedIn(tenant.updateUser(user.id, { identities }), known ? 'PostSignIn' : 'PostRegister');
      return;
    }
    error = user ? texts.suspended : texts.required(texts.identifier.email);
  }
  const fallback = new URL(visit.action, 'http://localhost').searchParams.get('fallback');
  visit.show(
    socialPage({
      texts,
      provider: displayName(target),
      users: [...tenant.users.values()],
      typed: params['login_hint'],
      error,
      action: visit.action,
      fallback: `${visit.page.startsWith('/direct/') ? '../../' : ''}${fallback === 'register' ? 'register' : 'sign-in'}`,
    }),
    error,
  );
}

/** `google` as a person would write it. */
function displayName(target: string): string {
  return target
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
