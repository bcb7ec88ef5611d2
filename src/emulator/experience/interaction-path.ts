/** The path of a page, split into its interaction and its page. */
export interface InteractionPath {
  /** `/interaction/<uid>` if each authorization request has its own interaction, else empty. */
  base: string;
  /** For example `/sign-in`; empty for the base itself. */
  page: string;
}

export function interactionPath(pathname: string): InteractionPath {
  const base = /^\/interaction\/[\w-]+(?=\/|$)/.exec(pathname)?.[0] ?? '';
  return { base, page: pathname.slice(base.length) };
}
