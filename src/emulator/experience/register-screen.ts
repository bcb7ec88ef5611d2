import { registerPage } from '../pages/register-page.js';
import type { Texts } from '../pages/page-texts.js';
import { identifierKinds, type IdentifierKind } from './identifier-kinds.js';
import type { ExperienceParts, Visit } from './visit.js';

/** Create an account, and be signed in with it. */
export async function registerScreen(visit: Visit, parts: ExperienceParts): Promise<void> {
  const { params, texts, form, posted } = visit;
  const identifiers = identifierKinds(params['identifier'], ['username']);
  const field = (name: string) => form.get(name)?.trim() || null;

  const error = posted ? mistake(form, identifiers, texts, parts) : undefined;
  if (posted && error === undefined) {
    const username = field('username');
    const user = parts.tenant.register({
      ...(username !== null && { username }),
      password: form.get('password') ?? '',
      name: field('name'),
      primaryEmail: field('email'),
      primaryPhone: field('phone'),
    });
    await visit.signedIn(user, 'PostRegister');
    return;
  }

  const [first = 'username'] = identifiers;
  const hint = params['login_hint'];
  visit.show(
    registerPage({
      texts,
      application: visit.application,
      identifiers,
      typed: posted ? Object.fromEntries(form) : { ...(hint !== undefined && { [first]: hint }) },
      error,
      action: visit.action,
    }),
    error,
  );
}

/** The first thing that keeps this form from being an account. */
function mistake(
  form: URLSearchParams,
  identifiers: readonly IdentifierKind[],
  texts: Texts,
  { tenant }: ExperienceParts,
): string | undefined {
  for (const kind of identifiers) {
    const value = form.get(kind)?.trim();
    if (!value) {
      return texts.required(texts.identifier[kind]);
    }
    if (tenant.findByIdentifier(value, [kind])) {
      return texts.taken(texts.identifier[kind]);
    }
  }
  return form.get('password') ? undefined : texts.required(texts.password);
}
