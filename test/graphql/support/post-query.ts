import type { Browser, Page } from '../../support/requests/browser.js';

/** Sends a GraphQL operation over HTTP. */
export const postQuery = (
  browser: Browser,
  query: string,
  headers: Record<string, string> = {},
): Promise<Page> =>
  browser.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
