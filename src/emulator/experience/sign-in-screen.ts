import { signInPage } from '../pages/sign-in-page.js';
import type { Texts } from '../pages/page-texts.js';
import type { TenantUser } from '../tenant/tenant.js';
import { identifierKinds } from './identifier-kinds.js';
import type { ExperienceParts, Visit } from './visit.js';

/** Sign in by one click, by password, or by the one-time token that the application sent along. */
export async function signInScreen(visit: Visit, parts: ExperienceParts): Promise<void> {
  const { params, texts, form, posted } = visit;
  const identifiers = identifierKinds(params['identifier']);
  let error: string | undefined;

  if (posted) {
    const clicked = form.get('user');
    const user =
      clicked === null
        ? parts.tenant.findByIdentifier(form.get('identifier') ?? '', identifiers)
        : parts.tenant.users.get(clicked);
    error = refusal(user, clicked === null ? (form.get('password') ?? '') : undefined, texts);
    if (user && error === undefined) {
      await visit.signedIn(user, 'PostSignIn');
      return;
    }
  } else if (params['one_time_token']) {
    const user = useOneTimeToken(parts, params['one_time_token'], params['login_hint'] ?? '');
    error = user ? refusal(user, undefined, texts) : texts.badLink;
    if (user && error === undefined) {
      await visit.signedIn(user, 'PostSignIn');
      return;
    }
  }

  visit.show(
    signInPage({
      texts,
      application: visit.application,
      organization: parts.tenant.organization(params['organization_id'] ?? '')?.name,
      users: [...parts.tenant.users.values()],
      identifiers,
      typed: form.get('identifier') ?? params['login_hint'],
      error,
      action: visit.action,
    }),
    error,
  );
}

/** Why this user cannot sign in, with this password or by one click; undefined if they can. */
function refusal(
  user: TenantUser | undefined,
  password: string | undefined,
  texts: Texts,
): string | undefined {
  if (!user) {
    return texts.wrongPassword;
  }
  if (password !== undefined && user.password === undefined) {
    return texts.noPassword;
  }
  if (password !== undefined && password !== user.password) {
    return texts.wrongPassword;
  }
  return user.isSuspended ? texts.suspended : undefined;
}

/** A magic link signs its owner in, or up; it is good for one use, and for its own address only. */
function useOneTimeToken(
  { store, tenant }: ExperienceParts,
  token: string,
  email: string,
): TenantUser | undefined {
  const stored = store.get('OneTimeToken', token);
  if (!stored || stored.consumed || stored['email'] !== email) {
    return undefined;
  }
  store.consume('OneTimeToken', token);
  return tenant.findByIdentifier(email, ['email']) ?? tenant.register({ primaryEmail: email });
}
