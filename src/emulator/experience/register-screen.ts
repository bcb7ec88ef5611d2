import { registerPage } from '../pages/register-page.js';
import type { Texts } from '../pages/texts/english.js';
import type { IdentifierKind } from '../tenant/identifier-kind.js';
import type { ExperienceDependencies, PageRequest } from './page-request.js';
import { requestedIdentifiers } from './requested-identifiers.js';

/** Creates an account and signs its user in. */
export async function registerScreen(
  request: PageRequest,
  dependencies: ExperienceDependencies,
): Promise<void> {
  const { params, texts, form, isPost } = request;
  const identifiers = requestedIdentifiers(params['identifier'], ['username']);
  const field = (name: string) => form.get(name)?.trim() || null;

  const error = isPost ? findMistake(form, identifiers, texts, dependencies) : undefined;
  if (isPost && error === undefined) {
    const username = field('username');
    const user = dependencies.tenant.register({
      ...(username !== null && { username }),
      password: form.get('password') ?? '',
      name: field('name'),
      primaryEmail: field('email'),
      primaryPhone: field('phone'),
    });
    await request.signIn(user, 'PostRegister');
    return;
  }

  const [first = 'username'] = identifiers;
  const hint = params['login_hint'];
  request.show(
    registerPage({
      ...request.view,
      identifiers,
      values: isPost ? Object.fromEntries(form) : { ...(hint !== undefined && { [first]: hint }) },
      error,
    }),
    error,
  );
}

/** The first mistake in the form. */
function findMistake(
  form: URLSearchParams,
  identifiers: readonly IdentifierKind[],
  texts: Texts,
  { tenant }: ExperienceDependencies,
): string | undefined {
  for (const kind of identifiers) {
    const value = form.get(kind)?.trim();
    if (!value) return texts.required(texts.identifier[kind]);
    if (tenant.findByIdentifier(value, [kind])) return texts.taken(texts.identifier[kind]);
  }
  return form.get('password') ? undefined : texts.required(texts.password);
}
