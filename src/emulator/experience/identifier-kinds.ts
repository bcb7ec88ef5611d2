/** What an account can be found by. */
export type IdentifierKind = 'username' | 'email' | 'phone';

const all: readonly IdentifierKind[] = ['username', 'email', 'phone'];

/** The kinds that the authorization parameter `identifier` asks for, in its order; `fallback` when it names none. */
export function identifierKinds(
  identifier: string | undefined,
  fallback: readonly IdentifierKind[] = all,
): readonly IdentifierKind[] {
  const asked = identifier?.split(' ') ?? [];
  const kinds = asked.flatMap((name) => all.find((kind) => kind === name) ?? []);
  return kinds.length > 0 ? kinds : fallback;
}
