import { socialPage } from '../pages/social-page.js';
import type { ExperienceDependencies, PageRequest } from './page-request.js';

/** Replaces a social or enterprise provider, at `/direct/<method>/<target>`. */
export async function socialScreen(
  request: PageRequest,
  dependencies: ExperienceDependencies,
): Promise<void> {
  const [, , , target = ''] = request.page.split('/');
  await replaceProvider(request, dependencies, decodeURIComponent(target) || 'social');
}

/** Enterprise single sign-on, with any email address. */
export async function singleSignOnScreen(
  request: PageRequest,
  dependencies: ExperienceDependencies,
): Promise<void> {
  await replaceProvider(request, dependencies, 'single-sign-on');
}

async function replaceProvider(
  request: PageRequest,
  { tenant }: ExperienceDependencies,
  target: string,
): Promise<void> {
  const { form, params, isPost, texts } = request;
  let error: string | undefined;
  if (isPost) {
    const email = form.get('email')?.trim() ?? '';
    const clicked = form.get('user');
    const known = clicked === null ? tenant.findByIdentifier(email, ['email']) : tenant.users.get(clicked);
    const user =
      known ??
      (email ? tenant.register({ primaryEmail: email, name: form.get('name')?.trim() || null }) : undefined);
    if (user && !user.isSuspended) {
      const identities = { [target]: { userId: `${target}-${user.id}` }, ...user.identities };
      const event = known ? 'PostSignIn' : 'PostRegister';
      await request.signIn(tenant.updateUser(user.id, { identities }), event, 'fed');
      return;
    }
    error = user ? texts.suspended : texts.required(texts.identifier.email);
  }
  const fallback = new URL(request.view.action, 'http://localhost').searchParams.get('fallback');
  request.show(
    socialPage({
      ...request.view,
      provider: displayName(target),
      users: [...tenant.users.values()],
      value: params['login_hint'],
      error,
      fallback: `${request.page.startsWith('/direct/') ? '../../' : ''}${fallback === 'register' ? 'register' : 'sign-in'}`,
    }),
    error,
  );
}

/** For example `Google` for `google`. */
function displayName(target: string): string {
  return target
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
