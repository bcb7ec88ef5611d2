import { identifierKinds, type IdentifierKind } from '../tenant/identifier-kind.js';

/** The kinds of identifiers in the authorization parameter `identifier`, in its order; `fallback` if it has none. */
export function requestedIdentifiers(
  identifier: string | undefined,
  fallback: readonly IdentifierKind[] = identifierKinds,
): readonly IdentifierKind[] {
  const names = identifier?.split(' ') ?? [];
  const kinds = names.flatMap((name) => identifierKinds.find((kind) => kind === name) ?? []);
  return kinds.length > 0 ? kinds : fallback;
}
