import type { Request, Response } from 'express';

const name = 'logtoReturnTo';

/** Remembers in `response.locals` the page that a sign-in leads to, so that an error page can offer to start again. */
export function rememberReturnTo({ res: response }: Request, returnTo: string | undefined): void {
  if (response && returnTo !== undefined) response.locals[name] = returnTo;
}

/** The page that the failed sign-in of a response would have led to. */
export function rememberedReturnTo({ locals }: Response): string | undefined {
  const page: unknown = locals[name];
  return typeof page === 'string' ? page : undefined;
}
