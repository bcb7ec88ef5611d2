import { signInPage } from '../pages/sign-in-page.js';
import type { Texts } from '../pages/texts/english.js';
import type { IdentifierKind } from '../tenant/identifier-kind.js';
import type { TenantUser } from '../tenant/tenant.js';
import { requestedIdentifiers } from './requested-identifiers.js';
import type { ExperienceDependencies, PageRequest } from './page-request.js';

/** Signs a user in with one click, with a password, or with the one-time token of the authorization request. */
export async function signInScreen(
  request: PageRequest,
  dependencies: ExperienceDependencies,
): Promise<void> {
  const { tenant } = dependencies;
  const { params, form } = request;
  const identifiers = requestedIdentifiers(params['identifier']);
  const { user, error } = authenticate(request, dependencies, identifiers);
  if (user && error === undefined) {
    await request.signIn(user, 'PostSignIn', request.isPost ? 'pwd' : 'otp');
    return;
  }
  request.show(
    signInPage({
      ...request.view,
      organization: tenant.organization(params['organization_id'] ?? '')?.name,
      users: [...tenant.users.values()],
      identifiers,
      value: form.get('identifier') ?? params['login_hint'],
      error,
    }),
    error,
  );
}

/** Neither a user nor an error if the page is opened for the first time. */
function authenticate(
  { form, isPost, params, texts }: PageRequest,
  dependencies: ExperienceDependencies,
  identifiers: readonly IdentifierKind[],
): { user?: TenantUser | undefined; error?: string | undefined } {
  const { tenant } = dependencies;
  const { one_time_token: token, login_hint: email = '' } = params;
  if (isPost) {
    const clicked = form.get('user');
    if (clicked !== null) {
      const user = tenant.users.get(clicked);
      return { user, error: refusal(user, undefined, texts) };
    }
    const user = tenant.findByIdentifier(form.get('identifier') ?? '', identifiers);
    return { user, error: refusal(user, form.get('password') ?? '', texts) };
  }
  if (token) {
    const user = useOneTimeToken(dependencies, token, email);
    return { user, error: user ? refusal(user, undefined, texts) : texts.invalidLink };
  }
  return {};
}

/** The reason why a user cannot sign in. @param password - undefined for a sign-in without a password */
function refusal(
  user: TenantUser | undefined,
  password: string | undefined,
  texts: Texts,
): string | undefined {
  if (!user) return texts.wrongPassword;
  if (password !== undefined && user.password === undefined) return texts.noPassword;
  if (password !== undefined && password !== user.password) return texts.wrongPassword;
  return user.isSuspended ? texts.suspended : undefined;
}

/** Finds or creates the user of a magic link. A link works once, and only for its own email address. */
function useOneTimeToken(
  { store, tenant }: ExperienceDependencies,
  token: string,
  email: string,
): TenantUser | undefined {
  const stored = store.get('OneTimeToken', token);
  if (!stored || stored.consumed || stored['email'] !== email) return undefined;
  store.consume('OneTimeToken', token);
  return tenant.findByIdentifier(email, ['email']) ?? tenant.register({ primaryEmail: email });
}
