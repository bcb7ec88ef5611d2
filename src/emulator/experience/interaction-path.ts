/** A page's address: which interaction it belongs to, and which page it is. */
export interface InteractionPath {
  /** `/interaction/<uid>` where each authorization request has an interaction of its own, else empty. */
  base: string;
  /** Such as `/sign-in`; empty at the base itself. */
  page: string;
}

/** Takes a page's address apart. */
export function interactionPath(pathname: string): InteractionPath {
  const base = /^\/interaction\/[\w-]+(?=\/|$)/.exec(pathname)?.[0] ?? '';
  return { base, page: pathname.slice(base.length) };
}
