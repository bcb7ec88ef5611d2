import { resetPasswordPage } from '../pages/reset-password-page.js';
import { requestedIdentifiers } from './requested-identifiers.js';
import type { ExperienceDependencies, PageRequest } from './page-request.js';

/** Sets a new password, without a verification code. */
export async function resetPasswordScreen(
  request: PageRequest,
  { tenant }: ExperienceDependencies,
): Promise<void> {
  const { form, params, isPost, texts } = request;
  const identifiers = requestedIdentifiers(params['identifier']);
  let error: string | undefined;
  if (isPost) {
    const user = tenant.findByIdentifier(form.get('identifier') ?? '', identifiers);
    const password = form.get('password');
    if (user && password && !user.isSuspended) {
      await request.signIn(tenant.updateUser(user.id, { password }), 'PostSignIn');
      return;
    }
    error = texts.unknownAccount;
    if (user) error = user.isSuspended ? texts.suspended : texts.required(texts.newPassword);
  }
  request.show(
    resetPasswordPage({
      ...request.view,
      identifiers,
      value: form.get('identifier') ?? params['login_hint'],
      error,
    }),
    error,
  );
}
