/** What identifies an account on the sign-in pages. */
export type IdentifierKind = 'username' | 'email' | 'phone';

export const identifierKinds: readonly IdentifierKind[] = ['username', 'email', 'phone'];
