import { resetPasswordPage } from '../pages/reset-password-page.js';
import { identifierKinds } from './identifier-kinds.js';
import type { ExperienceParts, Visit } from './visit.js';

/** Choose a new password; no code is sent, because nobody is there to read it. */
export async function resetPasswordScreen(visit: Visit, { tenant }: ExperienceParts): Promise<void> {
  const { form, params, posted, texts } = visit;
  const identifiers = identifierKinds(params['identifier']);
  let error: string | undefined;
  if (posted) {
    const user = tenant.findByIdentifier(form.get('identifier') ?? '', identifiers);
    const password = form.get('password');
    if (user && password && !user.isSuspended) {
      await visit.signedIn(tenant.updateUser(user.id, { password }), 'PostSignIn');
      return;
    }
    error = texts.unknownAccount;
    if (user) {
      error = user.isSuspended ? texts.suspended : texts.required(texts.newPassword);
    }
  }
  visit.show(
    resetPasswordPage({
      texts,
      application: visit.application,
      identifiers,
      typed: form.get('identifier') ?? params['login_hint'],
      error,
      action: visit.action,
    }),
    error,
  );
}
