import type { Request, Response } from 'express';

/** Where the page is kept: `response.locals` is Express' own place for what an error page needs to know. */
const name = 'logtoReturnTo';

/** Remembers the page that a sign-in is for, so that the page of an error can offer to start again. */
export function rememberReturnTo({ res: response }: Request, returnTo: string | undefined): void {
  if (response && returnTo !== undefined) response.locals[name] = returnTo;
}

/** The page that the failed sign-in of a response was for. */
export function rememberedReturnTo({ locals }: Response): string | undefined {
  const page: unknown = locals[name];
  return typeof page === 'string' ? page : undefined;
}
